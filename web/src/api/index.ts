export {
  api,
  avatarAddress,
  exportAddress,
  fileAddress,
  newKey,
  PREFIX,
  whenSealed,
  whenSessionEnds,
} from "./client";
export { ApiError, isApiError, isSealed } from "./problem";
export type { Socket, Transport } from "./transport";
export { replaceTransport, transport } from "./transport";
export type * from "./types";
