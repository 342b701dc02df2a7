/** Where one writes: a chat, or a thread in it. */
export interface Place {
  chat: string;
  /** The message at the head of the thread. */
  thread: string | null;
  /** Tells places apart. */
  key: string;
}

export function placeOf(chat: string, thread: string | null = null): Place {
  return { chat, thread, key: thread ? `${chat}/${thread}` : chat };
}
