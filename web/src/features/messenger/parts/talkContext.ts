/** What a message may ask of the pane that it stands in. */

import { createContext, useContext } from "react";
import type { Chat, Message, StoredFile } from "@/api";

export type TalkDialog =
  | { kind: "history" | "readers" | "reactors" | "recall"; message: Message }
  | { kind: "forward"; messages: readonly Message[]; onSent?(): void }
  | { kind: "viewer"; files: readonly StoredFile[]; at: number };

export interface Talk {
  chat: Chat;
  /** The head of the thread, in a thread's pane. */
  thread: string | null;
  /** Why nobody may write here now. */
  closed: string | undefined;
  reply(message: Message): void;
  edit(message: Message): void;
  /** Puts a text into the writing box, to be sent anew. */
  rewrite(text: string): void;
  openThread(root: string): void;
  /** Brings a message into sight and lights it up. */
  jump(number: number): void;
  show(dialog: TalkDialog): void;
  /** What is selected, to be forwarded together; null while nothing is being selected. */
  picked: readonly Message[] | null;
  /** Puts a message among them or takes it away, and begins selecting. */
  pick(message: Message): void;
}

/** As many as the server takes at once. */
export const MOST_PICKED = 50;

/** Cards, what was recalled, and what the chat itself tells stay where they are. */
export function mayForward(message: Message): boolean {
  return message.kind === "text" || message.kind === "forward";
}

const nothing = () => {};

export const TalkContext = createContext<Talk>({
  chat: {} as Chat,
  thread: null,
  closed: undefined,
  reply: nothing,
  edit: nothing,
  rewrite: nothing,
  openThread: nothing,
  jump: nothing,
  show: nothing,
  picked: null,
  pick: nothing,
});

export function useTalk(): Talk {
  return useContext(TalkContext);
}
