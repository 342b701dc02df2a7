import { Segmented } from "./Segmented";

export const title = "Segmented";

export const Two = () => (
  <Segmented
    label="Show"
    value="all"
    onPick={() => {}}
    options={[
      { value: "all", label: "All" },
      { value: "unread", label: "Unread" },
    ]}
  />
);
