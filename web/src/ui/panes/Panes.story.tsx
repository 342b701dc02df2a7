import { Page, PaneHead, Panes } from "./Panes";

export const title = "Panes";

export const Two = () => (
  <Panes list={<PaneHead title="Chats" />} listLabel="Chats" resizeLabel="Width">
    <PaneHead title="Ana" subtitle="Research" />
    <Page>Text</Page>
  </Panes>
);
