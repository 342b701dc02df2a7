/** What is done to messages that are there: edits, recalls, reactions, pins, threads, forwards. */

import type { Message } from "@/api";

import { type Asked, page, type Routes, refuse, textOf } from "./answers";
import { chatIn, lite, partOf, roleOf, seenBy } from "./messenger";
import { type MockChat, mentionsIn } from "./state";

type CardAnswer = NonNullable<Message["answer"]>["answer"];

export function messageIn(chat: MockChat, id: string): Message {
  const all = [chat.messages, ...[...chat.threads.values()].map((thread) => thread.replies)];
  return (
    all.flat().find((message) => message.id === id) ??
    refuse(404, "messenger.message_absent", "There is no such message.")
  );
}

function both(asked: Asked): { chat: MockChat; message: Message } {
  const chat = chatIn(asked);
  return { chat, message: messageIn(chat, asked.path.message ?? "") };
}

function threadView(asked: Asked, chat: MockChat, root: string) {
  const thread = asked.state.threadOf(chat, root);
  const read = thread.read.get(asked.me) ?? 0;
  return {
    root: seenBy(asked.me, messageIn(chat, root)),
    following: thread.followers.has(asked.me),
    read_number: read,
    unread: thread.replies.filter((one) => one.number > read && one.author !== asked.me).length,
  };
}

export const talkRoutes: Routes = {
  "GET /chats/{chat}/messages/{message}": (asked) => seenBy(asked.me, both(asked).message),
  "PATCH /chats/{chat}/messages/{message}": (asked) => {
    const { chat, message } = both(asked);
    if (message.author !== asked.me || message.kind !== "text") {
      refuse(403, "access.not_permitted", "You are not allowed to do this.");
    }
    const text = textOf(asked.body, "text");
    const versions = chat.versions.get(message.id) ?? [];
    versions.push({ text: message.body.text, at: message.edited_at ?? message.sent_at });
    chat.versions.set(message.id, versions);
    message.body = { ...message.body, text, mentions: mentionsIn(text) };
    message.edits += 1;
    message.edited_at = asked.state.at();
    asked.state.touch(chat, message, "message.edited");
    return seenBy(asked.me, message);
  },
  "GET /chats/{chat}/messages/{message}/versions": (asked) => {
    const { chat, message } = both(asked);
    const now = message.kind === "text" ? message.body.text : "";
    const all = [
      ...(chat.versions.get(message.id) ?? []),
      { text: now, at: message.edited_at ?? message.sent_at },
    ];
    return {
      items: all.map(({ text, at }, edit) => ({ edit, text, mentions: mentionsIn(text), written_at: at })),
    };
  },
  "DELETE /chats/{chat}/messages/{message}": (asked) => {
    const { chat, message } = both(asked);
    if (message.author !== asked.me && roleOf(chat, asked.me) === "member") {
      refuse(403, "access.not_permitted", "You are not allowed to do this.");
    }
    Object.assign(message, {
      kind: "recalled",
      body: {},
      recalled: { by: asked.me, at: asked.state.at() },
      reactions: [],
      pinned: false,
    });
    chat.pins = chat.pins.filter((id) => id !== message.id);
    asked.state.touch(chat, message, "message.recalled", [asked.me]);
    return seenBy(asked.me, message);
  },
  "PUT /chats/{chat}/messages/{message}/reaction": (asked) => {
    const { chat, message } = both(asked);
    react(message, textOf(asked.body, "emoji"), asked.me, asked.body.present === true);
    asked.state.touch(chat, message, "message.reacted", [asked.me]);
    return seenBy(asked.me, message);
  },
  "GET /chats/{chat}/messages/{message}/reactions": (asked) => {
    const { message } = both(asked);
    const items = message.reactions.flatMap(({ emoji, accounts }) =>
      accounts.map((one) => ({ emoji, account: lite(asked.state, one), reacted_at: message.sent_at })),
    );
    return { items };
  },
  "GET /chats/{chat}/messages/{message}/readers": (asked) => {
    const { chat, message } = both(asked);
    const wanted = asked.query.get("read") !== "false";
    const others = chat.members.filter((member) => member !== message.author);
    const has = (one: string) => (chat.read.get(one) ?? 0) >= message.number;
    const found = others.filter((one) => has(one) === wanted).map((one) => lite(asked.state, one));
    const read = others.filter(has).length;
    return { ...page(found, asked.query), read, unread: others.length - read };
  },
  "GET /chats/{chat}/messages/{message}/thread": (asked) => {
    const { chat, message } = both(asked);
    const thread = asked.state.threadOf(chat, message.id);
    return { ...partOf(thread.replies, asked), ...threadView(asked, chat, message.id) };
  },
  "PUT /chats/{chat}/messages/{message}/thread": (asked) => {
    const { chat, message } = both(asked);
    const thread = asked.state.threadOf(chat, message.id);
    const { read_number, following } = asked.body;
    if (typeof read_number === "number") thread.read.set(asked.me, read_number);
    if (following === true) thread.followers.add(asked.me);
    if (following === false) thread.followers.delete(asked.me);
    const { root: _, ...standing } = threadView(asked, chat, message.id);
    return standing;
  },
  "PUT /chats/{chat}/messages/{message}/answer": (asked) => {
    const { message } = both(asked);
    const { button, values = {} } = asked.body.answer as CardAnswer;
    message.answer = { answer: { button, values }, answered_at: asked.state.at() };
    return message.answer;
  },
  "GET /threads": (asked) => {
    const all = [...asked.state.chats.values()]
      .filter((chat) => chat.members.includes(asked.me))
      .flatMap((chat) =>
        [...chat.threads.values()]
          .filter((thread) => thread.followers.has(asked.me) && thread.replies.length > 0)
          .map((thread) => ({
            ...threadView(asked, chat, thread.root),
            author: lite(asked.state, messageIn(chat, thread.root).author),
          })),
      )
      .sort((a, b) => (b.root.replies?.last_at ?? "").localeCompare(a.root.replies?.last_at ?? ""));
    return page(all, asked.query);
  },
  "GET /chats/{chat}/pins": (asked) => {
    const chat = chatIn(asked);
    return { items: chat.pins.map((id) => seenBy(asked.me, messageIn(chat, id))) };
  },
  "PUT /chats/{chat}/pins/{message}": (asked) => pin(asked, true),
  "DELETE /chats/{chat}/pins/{message}": (asked) => pin(asked, false),
  "POST /chats/{chat}/forwards": (asked) => {
    const { state, me, body } = asked;
    const source = state.chats.get(textOf(body, "source"));
    if (!source) return refuse(404, "messenger.chat_absent", "There is no such chat.");
    const wanted = Array.isArray(body.messages) ? body.messages.map(String) : [];
    const items = wanted.map((id) => {
      const message = messageIn(source, id);
      const said = message.kind === "text" ? message.body : { text: "", mentions: [], files: [] };
      const { author, sent_at } = message;
      return { author, name: lite(state, author).name, sent_at, ...said };
    });
    return state.say(chatIn(asked), {
      author: me,
      forward: { items },
      client_id: textOf(body, "client_id"),
    });
  },
};

function pin(asked: Asked, on: boolean) {
  const { chat, message } = both(asked);
  chat.pins = chat.pins.filter((id) => id !== message.id);
  if (on) chat.pins.unshift(message.id);
  message.pinned = on;
  asked.state.touch(chat, message, on ? "message.pinned" : "message.unpinned", [asked.me]);
  return seenBy(asked.me, message);
}

export function react(message: Message, emoji: string, account: string, present: boolean): void {
  const known = message.reactions.find((one) => one.emoji === emoji);
  const others = known?.accounts.filter((one) => one !== account) ?? [];
  const accounts = present ? [...others, account] : others;
  if (known) Object.assign(known, { accounts, count: accounts.length });
  else if (present) {
    message.reactions = [...message.reactions, { emoji, accounts, count: 1, mine: false }];
  }
  message.reactions = message.reactions.filter((one) => one.count > 0);
}
