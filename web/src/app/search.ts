/** What an address may say behind its question mark. Anything else is left out. */

export interface ConversationSearch {
  details?: true;
  tab?: "about" | "files" | "pins" | "settings";
  thread?: string;
  message?: string;
  at?: number;
}

const TABS = ["about", "files", "pins", "settings"] as const;
const MESSAGE = /^om_[A-Za-z0-9_-]{1,64}$/;

export function conversationSearch(search: Record<string, unknown>): ConversationSearch {
  const tab = TABS.find((one) => one === search.tab);
  const message = (value: unknown) => (typeof value === "string" && MESSAGE.test(value) ? value : undefined);
  const thread = message(search.thread);
  const led = message(search.message);
  return {
    ...(search.details ? { details: true } : {}),
    ...(search.details && tab ? { tab } : {}),
    ...(thread ? { thread } : {}),
    ...(led ? { message: led } : {}),
    ...(Number.isSafeInteger(search.at) ? { at: Number(search.at) } : {}),
  };
}
