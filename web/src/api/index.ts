export { api, avatarAddress, exportAddress, fileAddress, newKey, PREFIX, whenSessionEnds } from "./client";
export { ApiError, isApiError } from "./problem";
export type { Socket, Transport } from "./transport";
export { replaceTransport, transport } from "./transport";
export type * from "./types";
