export { changeMe, signOut, switchAccount } from "./commands";
