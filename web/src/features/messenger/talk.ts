/** What a person does to messages that are there. */

import type { QueryClient } from "@tanstack/react-query";
import { api, type Message, newKey } from "@/api";
import { addMessage, keys, myAccount, noteMessage, noteThread, patchMessage, putMessage } from "@/live";
import { holdRecalled } from "./recalled";

const pathTo = (message: Message) => ({ path: { chat: message.chat, message: message.id } });

export async function editMessage(client: QueryClient, message: Message, text: string): Promise<void> {
  const to = { ...pathTo(message), body: { text } };
  putMessage(client, await api.patch("/chats/{chat}/messages/{message}", to));
}

export async function recallMessage(client: QueryClient, message: Message): Promise<void> {
  if (message.kind === "text" && message.author === myAccount(client)) {
    holdRecalled(message.id, message.body.text);
  }
  putMessage(client, await api.delete("/chats/{chat}/messages/{message}", pathTo(message)));
  void client.invalidateQueries({ queryKey: keys.pins(message.chat) });
}

/** At once on this screen, then on the server; taken back when that says no. */
export async function react(
  client: QueryClient,
  message: Message,
  emoji: string,
  present: boolean,
): Promise<void> {
  const me = myAccount(client);
  const change = (on: boolean) =>
    patchMessage(client, message.chat, message.id, (held) => withReaction(held, emoji, me, on));
  change(present);
  try {
    const to = { ...pathTo(message), body: { emoji, present } };
    putMessage(client, await api.put("/chats/{chat}/messages/{message}/reaction", to));
  } catch (error) {
    change(!present);
    throw error;
  }
}

function withReaction(message: Message, emoji: string, me: string, on: boolean): Message {
  const known = message.reactions.find((one) => one.emoji === emoji);
  if ((known?.mine ?? false) === on) return message;
  if (!known) {
    const added = { emoji, count: 1, accounts: [me], mine: true };
    return { ...message, reactions: [...message.reactions, added] };
  }
  const others = known.accounts.filter((one) => one !== me);
  const next = {
    ...known,
    mine: on,
    count: known.count + (on ? 1 : -1),
    accounts: on ? [...others, me] : others,
  };
  const reactions = message.reactions.map((one) => (one.emoji === emoji ? next : one));
  return { ...message, reactions: reactions.filter((one) => one.count > 0) };
}

export async function pinMessage(client: QueryClient, message: Message, pinned: boolean): Promise<void> {
  const to = pathTo(message);
  const now = pinned
    ? await api.put("/chats/{chat}/pins/{message}", { ...to, body: {} })
    : await api.delete("/chats/{chat}/pins/{message}", to);
  putMessage(client, now);
  await client.invalidateQueries({ queryKey: keys.pins(message.chat) });
}

/** Reading of a thread went forward: at once on this screen, then on the server. */
export async function readThread(client: QueryClient, root: Message, read_number: number): Promise<void> {
  noteThread(client, root.id, { read_number });
  try {
    await api.put("/chats/{chat}/messages/{message}/thread", { ...pathTo(root), body: { read_number } });
  } catch {
    // The next answer read says the same again.
  }
}

export async function followThread(client: QueryClient, root: Message, following: boolean): Promise<void> {
  await api.put("/chats/{chat}/messages/{message}/thread", { ...pathTo(root), body: { following } });
  noteThread(client, root.id, { following });
  await client.invalidateQueries({ queryKey: keys.threads });
}

/** Sends messages of one chat on to another, and a word about them. */
export async function forwardTo(
  client: QueryClient,
  chat: string,
  messages: readonly Message[],
  note: string,
): Promise<void> {
  const source = messages[0]?.chat;
  if (!source) return;
  const sent = [
    await api.post("/chats/{chat}/forwards", {
      path: { chat },
      body: { client_id: newKey(), source, messages: messages.map(({ id }) => id) },
    }),
  ];
  if (note) {
    const body = { client_id: newKey(), body: { text: note } };
    sent.push(await api.post("/chats/{chat}/messages", { path: { chat }, body }));
  }
  for (const message of sent) {
    addMessage(client, message);
    noteMessage(client, message);
  }
}
