import { Switch } from "./Switch";

export const title = "Switch";

export const On = () => <Switch label="Mute" hint="Only mentions are told." on onFlip={() => {}} />;
