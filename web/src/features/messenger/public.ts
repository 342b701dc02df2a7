export { openDirect } from "./commands";
export { saveDrafts } from "./drafts";
export { outbox } from "./outbox";
export { NewChat } from "./parts/dialogs";
export { useMessageWords } from "./parts/lines";
export { QuietDialog } from "./parts/QuietDialog";
export { useChats, useFollows, useQuiet } from "./queries";
export { uploads } from "./uploads";
