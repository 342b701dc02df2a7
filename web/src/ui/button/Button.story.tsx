import { IconPlus } from "../icons";
import { Button, IconButton } from "./Button";

export const title = "Button";

export const Looks = () => (
  <>
    <Button look="primary">Save</Button> <Button>Cancel</Button> <Button look="plain">More</Button>{" "}
    <Button look="danger">Remove</Button>
  </>
);

export const Busy = () => (
  <Button look="primary" busy>
    Save
  </Button>
);

export const Disabled = () => <Button disabledReason="Nothing has changed.">Save</Button>;

export const Icon = () => (
  <IconButton label="Add">
    <IconPlus size={20} />
  </IconButton>
);
