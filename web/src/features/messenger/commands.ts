/** What a person does in a chat, besides writing. */

import type { QueryClient } from "@tanstack/react-query";
import { api, type Chat, type ChatChange, type Joined } from "@/api";
import { dropChat, keys, notePosition, patchChat, putChat } from "@/live";

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

export async function changeChat(client: QueryClient, chat: string, change: ChatChange): Promise<void> {
  const { muted } = change;
  if (typeof muted === "boolean") {
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

export async function giveRole(
  client: QueryClient,
  chat: string,
  account: string,
  role: "manager" | "member",
): Promise<void> {
  await api.put("/chats/{chat}/members/{account}/role", { path: { chat, account }, body: { role } });
  await client.invalidateQueries({ queryKey: keys.chatMembers(chat) });
}

export async function disband(client: QueryClient, chat: string): Promise<void> {
  await api.delete("/chats/{chat}", { path: { chat } });
  dropChat(client, chat);
}

export async function joinChat(client: QueryClient, chat: string): Promise<Joined> {
  return joined(client, await api.post("/chats/{chat}/join", { path: { chat }, body: {} }));
}

export async function joinByLink(client: QueryClient, token: string): Promise<Joined> {
  return joined(client, await api.post("/chats/links/join", { body: { token } }));
}

function joined(client: QueryClient, answer: Joined): Joined {
  if (answer.chat) putChat(client, answer.chat);
  void client.invalidateQueries({ queryKey: keys.publicChats });
  return answer;
}

export async function decideRequest(
  client: QueryClient,
  chat: string,
  account: string,
  accept: boolean,
): Promise<void> {
  await api.post("/chats/{chat}/requests/{account}", { path: { chat, account }, body: { accept } });
  await Promise.all([
    client.invalidateQueries({ queryKey: keys.requests(chat) }),
    client.invalidateQueries({ queryKey: keys.chatMembers(chat) }),
    client.invalidateQueries({ queryKey: keys.chats }),
  ]);
}

export async function beQuiet(client: QueryClient, until: string | null): Promise<void> {
  client.setQueryData(keys.quiet, await api.put("/me/quiet", { body: { until } }));
}

export async function withdrawRequest(client: QueryClient, chat: string): Promise<void> {
  await api.delete("/chats/{chat}/request", { path: { chat } });
  void client.invalidateQueries({ queryKey: keys.publicChats });
}
