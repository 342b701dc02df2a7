import { Avatar } from "./Avatar";

export const title = "Avatar";

export const Initials = () => <Avatar id="u_1" name="Ana Ferreira" />;

export const Chinese = () => <Avatar id="u_2" name="欧阳明月" size={64} />;

export const Group = () => <Avatar id="oc_1" name="Design review" shape="square" />;
