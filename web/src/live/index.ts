export { applyEvents, applyNotice, applyReset } from "./apply";
export * from "./cache";
export { CursorBook } from "./cursors";
export { keys } from "./keys";
export { type ConnectionState, LiveStream } from "./stream";
export type { EventFrame, NoticeFrame } from "./wire";
export { LiveProvider, useConnection, useLive } from "./provider";
