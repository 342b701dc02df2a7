export { openDirect } from "./commands";
export { NewChat } from "./parts/dialogs";
export { useTextLine } from "./parts/lines";
export { outbox } from "./outbox";
export { useChats } from "./queries";
