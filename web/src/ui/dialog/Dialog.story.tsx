import { Dialog } from "./Dialog";

export const title = "Dialog";

export const Framed = () => (
  <Dialog title="New chat" closeLabel="Close" onClose={() => {}}>
    <p>Who to write to?</p>
  </Dialog>
);
