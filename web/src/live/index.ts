export { applyEvents, applyNotice, applyReset } from "./apply";
export * from "./cache";
export { CursorBook } from "./cursors";
export { fleeting, usePresence, useTypists } from "./fleeting";
export { keys } from "./keys";
export * from "./messages";
export { LiveProvider, useConnection, useLive } from "./provider";
export { type ConnectionState, LiveStream } from "./stream";
export type { EventFrame, NoticeFrame } from "./wire";
