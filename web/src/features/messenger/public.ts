export { openDirect } from "./commands";
export { saveDrafts } from "./drafts";
export { outbox } from "./outbox";
export { NewChat } from "./parts/dialogs";
export { useTextLine } from "./parts/lines";
export { useChats } from "./queries";
