/** Messages in the query cache: in the history of their chat, in their thread, among pins, as a chat's last line. */

import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import { api, type Message, type MessagePage, type Page, type Thread, type ThreadPage } from "@/api";
import { myAccount, patchChat } from "./cache";
import { keys } from "./keys";

export type MessagePages = InfiniteData<MessagePage, unknown>;
export type ThreadPages = InfiniteData<ThreadPage, unknown>;
type ThreadsPages = InfiniteData<Page<Thread>, unknown>;

/** Adds a message where it belongs: to the history of its chat, or to its thread. */
export function addMessage(client: QueryClient, message: Message): void {
  if (message.thread === null) {
    addTo(client, keys.messages(message.chat), message);
    return;
  }
  addTo(client, keys.thread(message.thread), message);
  noteReply(client, message.thread, message);
}

/**
 * Adds a message to the loaded history, if that history reaches the present.
 * A history that ends earlier stays as it is and fetches the message on its way down.
 */
function addTo(client: QueryClient, key: QueryKey, message: Message): void {
  client.setQueryData<MessagePages>(key, (data) => {
    const last = data?.pages.at(-1);
    if (!data || !last || last.has_after) return data;
    if (data.pages.some((page) => page.items.some((item) => item.id === message.id))) return data;
    const items = [...last.items, message].sort((a, b) => a.number - b.number);
    return { ...data, pages: [...data.pages.slice(0, -1), { ...last, items }] };
  });
}

/** The message at the head counts its answers; who follows the thread has one more to read. */
function noteReply(client: QueryClient, root: string, reply: Message): void {
  let news: boolean | null = null;
  patchMessage(client, reply.chat, root, (message) => {
    news ??= false;
    if (reply.number <= (message.replies?.last_number ?? 0)) return message;
    news = true;
    const count = (message.replies?.count ?? 0) + 1;
    return { ...message, replies: { count, last_at: reply.sent_at, last_number: reply.number } };
  });
  // Told twice, by the answer to one's own sending and by the stream, it counts once.
  if (news === false) return;
  const me = myAccount(client);
  let known = false;
  client.setQueryData<ThreadsPages>(keys.threads, (data) =>
    mapItems(data, (thread) => {
      if (thread.root.id !== root) return thread;
      known = true;
      if (reply.author === me) return { ...thread, unread: 0, read_number: reply.number };
      return reply.number <= thread.read_number ? thread : { ...thread, unread: thread.unread + 1 };
    }),
  );
  if (!known) void client.invalidateQueries({ queryKey: keys.threads });
}

/** How a message is now, wherever it is held; an older state never takes the place of a newer one. */
export function putMessage(client: QueryClient, message: Message): void {
  patchMessage(client, message.chat, message.id, (held) =>
    message.change < held.change ? held : withOwn(message, held, myAccount(client)),
  );
}

/** Reads a message again that is held, for what is in it of one's own. */
export async function renewMessage(client: QueryClient, chat: string, number: number): Promise<void> {
  const pages = client.getQueryData<MessagePages>(keys.messages(chat))?.pages ?? [];
  const held = pages.flatMap((page) => page.items).find((message) => message.number === number);
  if (!held) return;
  const path = { chat, message: held.id };
  const message = await api.get("/chats/{chat}/messages/{message}", { path }).catch(() => null);
  if (message) putMessage(client, message);
}

/** The stream speaks to everyone alike: one's own reactions are taken from who did them, an own answer stays. */
function withOwn(message: Message, held: Message, me: string): Message {
  const reactions = message.reactions.map((one) => {
    const before = held.reactions.find(({ emoji }) => emoji === one.emoji)?.mine ?? false;
    const told = one.accounts.includes(me);
    return { ...one, mine: one.mine || told || (before && one.count > one.accounts.length) };
  });
  const answer = message.answer ?? (message.kind === "card" ? held.answer : null);
  return { ...message, reactions, answer };
}

export function patchMessage(
  client: QueryClient,
  chat: string,
  id: string,
  change: (message: Message) => Message,
): void {
  const one = (message: Message) => (message.id === id ? change(message) : message);
  client.setQueryData<MessagePages>(keys.messages(chat), (data) => mapItems(data, one));
  client.setQueriesData<ThreadPages>({ queryKey: ["thread"] }, (data) => {
    if (!data?.pages.some((page) => page.root.id === id || page.items.some((item) => item.id === id)))
      return data;
    return {
      ...data,
      pages: data.pages.map((page) => ({ ...page, root: one(page.root), items: page.items.map(one) })),
    };
  });
  client.setQueryData<{ items: Message[] }>(keys.pins(chat), (data) =>
    data?.items.some((item) => item.id === id) ? { items: data.items.map(one) } : data,
  );
  client.setQueryData<ThreadsPages>(keys.threads, (data) =>
    mapItems(data, (thread) => (thread.root.id === id ? { ...thread, root: change(thread.root) } : thread)),
  );
  patchChat(client, chat, (known) =>
    known.last_message?.id === id ? { ...known, last_message: change(known.last_message) } : known,
  );
}

/** The same pages when nothing in them changes, so that nothing is drawn again. */
function mapItems<P extends { items: unknown[] }, C>(
  data: InfiniteData<P, C> | undefined,
  change: (item: P["items"][number]) => P["items"][number],
): InfiniteData<P, C> | undefined {
  if (!data) return data;
  let changed = false;
  const pages = data.pages.map((page) => {
    const items = page.items.map(change);
    if (items.every((item, index) => item === page.items[index])) return page;
    changed = true;
    return { ...page, items };
  });
  return changed ? { ...data, pages } : data;
}

/** Reading of a thread went forward, here or on another device. */
export function noteThread(
  client: QueryClient,
  root: string,
  state: { read_number?: number; following?: boolean },
): void {
  client.setQueryData<ThreadPages>(keys.thread(root), (data) =>
    data ? { ...data, pages: data.pages.map((page) => ({ ...page, ...state, unread: 0 })) } : data,
  );
  client.setQueryData<ThreadsPages>(keys.threads, (data) =>
    mapItems(data, (thread) =>
      thread.root.id === root
        ? { ...thread, ...state, unread: state.read_number === undefined ? thread.unread : 0 }
        : thread,
    ),
  );
}
