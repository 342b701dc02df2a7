import { Button } from "../button/Button";
import { Menu } from "./Menu";

export const title = "Menu";

export const Closed = () => (
  <Menu
    label="Actions"
    items={[{ key: "a", label: "Rename", onPick: () => {} }]}
    trigger={(button) => <Button {...(button as object)}>Actions</Button>}
  />
);
