/** What a message may ask of the pane that it stands in. */

import { createContext, useContext } from "react";
import type { Chat, Message, StoredFile } from "@/api";

export type TalkDialog =
  | { kind: "history" | "readers" | "reactors" | "recall"; message: Message }
  | { kind: "forward"; messages: Message[] }
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
});

export function useTalk(): Talk {
  return useContext(TalkContext);
}
