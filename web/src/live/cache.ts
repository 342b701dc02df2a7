/** Changes to what the query cache holds about chats and messages; nothing here talks to the server. */

import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Chat, Me, Message, Page } from "@/api";
import { keys } from "./keys";

export type ChatPages = InfiniteData<Page<Chat>, string | null>;

export function myAccount(client: QueryClient): string {
  return client.getQueryData<Me | null>(keys.me)?.account.id ?? "";
}

export function cachedChats(client: QueryClient): Chat[] {
  return client.getQueryData<ChatPages>(keys.chats)?.pages.flatMap((page) => page.items) ?? [];
}

export function cachedChat(client: QueryClient, id: string): Chat | undefined {
  return cachedChats(client).find((chat) => chat.id === id) ?? client.getQueryData<Chat>(keys.chat(id));
}

/** Rewrites one chat wherever it is held. */
export function patchChat(client: QueryClient, id: string, change: (chat: Chat) => Chat): void {
  client.setQueryData<ChatPages>(keys.chats, (data) => {
    if (!data?.pages.some((page) => page.items.some((chat) => chat.id === id))) return data;
    return {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        items: page.items.map((chat) => (chat.id === id ? change(chat) : chat)),
      })),
    };
  });
  client.setQueryData<Chat>(keys.chat(id), (chat) => (chat ? change(chat) : chat));
}

/** Puts a chat that came whole from the server at the head of the list, or renews it in place. */
export function putChat(client: QueryClient, chat: Chat): void {
  client.setQueryData(keys.chat(chat.id), chat);
  client.setQueryData<ChatPages>(keys.chats, (data) => {
    if (!data) return data;
    const known = data.pages.some((page) => page.items.some((item) => item.id === chat.id));
    return {
      ...data,
      pages: data.pages.map((page, index) => ({
        ...page,
        items: known
          ? page.items.map((item) => (item.id === chat.id ? chat : item))
          : index === 0
            ? [chat, ...page.items]
            : page.items,
      })),
    };
  });
}

export function dropChat(client: QueryClient, id: string): void {
  client.setQueryData<ChatPages>(keys.chats, (data) =>
    data
      ? {
          ...data,
          pages: data.pages.map((page) => ({
            ...page,
            items: page.items.filter((chat) => chat.id !== id),
          })),
        }
      : data,
  );
  for (const key of [keys.chat(id), keys.messages(id), keys.chatMembers(id), keys.draft(id)]) {
    client.removeQueries({ queryKey: key });
  }
}

export function mentionsAccount(message: Message, account: string): boolean {
  if (message.kind !== "text") return false;
  const { mentions } = message.body;
  return mentions.includes(account) || mentions.includes("all");
}

/** What a new message does to its chat's row: newest line, and what is unread. */
export function noteMessage(client: QueryClient, message: Message): void {
  // What is said in a thread is counted there.
  if (message.thread !== null) return;
  const me = myAccount(client);
  patchChat(client, message.chat, (chat) => {
    if (message.number <= chat.last_number) return chat;
    const own = message.author === me;
    const news = { ...chat, last_number: message.number, last_message: message };
    if (own) return { ...news, read_number: message.number, unread: 0, mentions: 0 };
    return {
      ...news,
      unread: chat.unread + 1,
      mentions: chat.mentions + (mentionsAccount(message, me) ? 1 : 0),
    };
  });
}

/** Reading went forward, here or on another device. */
export function notePosition(client: QueryClient, id: string, number: number): void {
  patchChat(client, id, (chat) => {
    if (number <= chat.read_number) return chat;
    const unread = Math.min(chat.unread, Math.max(0, chat.last_number - number));
    return { ...chat, read_number: number, unread, mentions: unread === 0 ? 0 : chat.mentions };
  });
}
