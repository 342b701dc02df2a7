import { Tabs } from "./Tabs";

export const title = "Tabs";

export const Two = () => (
  <Tabs
    label="Details"
    value="files"
    onPick={() => {}}
    tabs={[
      { value: "members", label: "Members" },
      { value: "files", label: "Files" },
    ]}
  >
    Files
  </Tabs>
);
