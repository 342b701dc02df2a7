/** The frames of the stream, as they travel. */

import type { Message } from "@/api";

export type EventName =
  | "message.sent"
  | "message.edited"
  | "message.recalled"
  | "message.reacted"
  | "message.pinned"
  | "message.unpinned"
  | "message.settled"
  | "members.added"
  | "member.removed"
  | "member.changed"
  | "chat.renamed"
  | "chat.changed"
  | "chat.disbanded"
  | "owner.changed";

export interface EventFrame {
  type: "event";
  /** The chat that changed. */
  topic: string;
  /** Gapless per topic. */
  change: number;
  event: EventName;
  message?: Message;
  accounts?: string[];
  name?: string;
  at: string;
}

export interface NoticeFrame {
  type: "notice";
  notice:
    | "chat.added"
    | "chat.removed"
    | "chat.changed"
    | "chat.declined"
    | "position"
    | "profile"
    | "draft"
    | "thread"
    | "quiet"
    | "answer"
    | "export";
  chat?: string;
  number?: number;
}

export interface TypingFrame {
  type: "typing";
  topic: string;
  account: string;
}

export interface PresenceFrame {
  type: "presence";
  account: string;
  state: "online" | "offline";
  since?: string;
}

export type ServerFrame =
  | { type: "ready"; session: string; heartbeat_s: number }
  | EventFrame
  | NoticeFrame
  | TypingFrame
  | PresenceFrame
  | { type: "reset"; topic: string }
  | { type: "caught_up" }
  | { type: "pong" };

export type ClientFrame =
  | { type: "resume"; cursor: Record<string, number>; more?: true }
  | { type: "typing"; chat: string }
  | { type: "watch"; accounts: string[] }
  | { type: "ping" };

export const CLOSE = { sessionEnded: 4401, tooSlow: 4408, tooManySockets: 4429, draining: 4503 } as const;

/** Frames that we do not understand are skipped: a newer server may say more. */
export function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
