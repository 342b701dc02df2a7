/** What a person does in a chat, besides writing. */

import type { QueryClient } from "@tanstack/react-query";
import { api, type Chat } from "@/api";
import { dropChat, keys, type MessagePages, notePosition, patchChat, putChat } from "@/live";
import { newestPage } from "./queries";

export async function openDirect(client: QueryClient, account: string): Promise<Chat> {
  const chat = await api.post("/chats/direct", { body: { account } });
  putChat(client, chat);
  return chat;
}

export async function createGroup(
  client: QueryClient,
  key: string,
  group: { name: string; members: string[] },
): Promise<Chat> {
  const chat = await api.post("/chats", { body: group, idempotencyKey: key });
  putChat(client, chat);
  return chat;
}

export async function changeChat(
  client: QueryClient,
  chat: string,
  change: { name?: string; muted?: boolean },
): Promise<void> {
  if (change.muted !== undefined) {
    const { muted } = change;
    patchChat(client, chat, (known) => ({ ...known, muted }));
  }
  try {
    putChat(client, await api.patch("/chats/{chat}", { path: { chat }, body: change }));
  } catch (error) {
    void client.invalidateQueries({ queryKey: keys.chats });
    throw error;
  }
}

export async function addMembers(client: QueryClient, chat: string, accounts: string[]): Promise<void> {
  putChat(client, await api.post("/chats/{chat}/members", { path: { chat }, body: { accounts } }));
  await client.invalidateQueries({ queryKey: keys.chatMembers(chat) });
}

export async function removeMember(client: QueryClient, chat: string, account: string): Promise<void> {
  await api.delete("/chats/{chat}/members/{account}", { path: { chat, account } });
  await client.invalidateQueries({ queryKey: keys.chatMembers(chat) });
  await client.invalidateQueries({ queryKey: keys.chats });
}

export async function makeOwner(client: QueryClient, chat: string, account: string): Promise<void> {
  putChat(client, await api.post("/chats/{chat}/owner", { path: { chat }, body: { account } }));
  await client.invalidateQueries({ queryKey: keys.chatMembers(chat) });
}

export async function leaveChat(client: QueryClient, chat: string): Promise<void> {
  await api.post("/chats/{chat}/leave", { path: { chat }, body: {} });
  dropChat(client, chat);
}

/** Reading went forward: at once on this screen, then on the server. */
export async function readUpTo(client: QueryClient, chat: string, number: number): Promise<void> {
  notePosition(client, chat, number);
  try {
    const { unread } = await api.put("/chats/{chat}/position", { path: { chat }, body: { number } });
    patchChat(client, chat, (known) => (known.last_number === number ? { ...known, unread } : known));
  } catch {
    // The next message read says the same again.
  }
}

/** Leaves the part of the history that is open for the present. */
export async function loadNewest(client: QueryClient, chat: string): Promise<void> {
  const page = await newestPage(chat);
  client.setQueryData<MessagePages>(keys.messages(chat), { pages: [page], pageParams: [{}] });
}
