import { Tooltip } from "./Tooltip";

export const title = "Tooltip";

export const Resting = () => (
  <Tooltip text="Search">
    <button type="button">Search</button>
  </Tooltip>
);
