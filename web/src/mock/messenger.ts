import type { AccountLite, Chat, Message } from "@/api";
import { mentionsAccount } from "@/live";
import { type Asked, page, type Routes, refuse, textOf } from "./answers";
import { keptBy } from "./keeping";
import type { MockChat, MockState, Saying } from "./state";

export function lite(state: MockState, account: string): AccountLite {
  const found = state.accounts.get(account);
  return { id: account, name: found?.name ?? "", avatar: found?.avatar ?? null };
}

export function chatIn({ state, me, path }: Asked): MockChat {
  const chat = state.chats.get(path.chat ?? "");
  if (!chat?.members.includes(me)) return refuse(404, "messenger.chat_absent", "There is no such chat.");
  return chat;
}

export function ownedIn(asked: Asked): MockChat {
  const chat = chatIn(asked);
  if (chat.owner !== asked.me) refuse(403, "access.not_permitted", "You are not allowed to do this.");
  return chat;
}

export function roleOf(chat: MockChat, account: string): Chat["role"] {
  if (chat.owner === account) return "owner";
  return chat.managers.has(account) ? "manager" : "member";
}

export function managedIn(asked: Asked): MockChat {
  const chat = chatIn(asked);
  if (roleOf(chat, asked.me) === "member")
    refuse(403, "access.not_permitted", "You are not allowed to do this.");
  return chat;
}

/** A message as one person sees it. */
export function seenBy(me: string, message: Message): Message {
  const reactions = message.reactions.map((one) => ({ ...one, mine: one.accounts.includes(me) }));
  return { ...message, reactions };
}

export function viewOf(state: MockState, chat: MockChat, me: string): Chat {
  const read = chat.read.get(me) ?? 0;
  const news = chat.messages.filter((message) => message.number > read && message.author !== me);
  const other = chat.kind === "direct" ? chat.members.find((member) => member !== me) : undefined;
  return {
    id: chat.id,
    kind: chat.kind,
    name: other ? lite(state, other).name : chat.name,
    other: other ? lite(state, other) : null,
    role: roleOf(chat, me),
    members: chat.members.length,
    last_number: chat.messages.length,
    last_change: chat.change,
    read_number: read,
    unread: news.length,
    mentions: news.filter((message) => mentionsAccount(message, me)).length,
    last_message: chat.messages.at(-1) ?? null,
    created_at: chat.created_at,
    muted: chat.muted.has(me),
    requests: roleOf(chat, me) === "member" ? 0 : chat.requests.size,
    retention_days: keptBy(state, chat.ownDays),
    own_retention_days: chat.ownDays,
    ...chat.settings,
  };
}

function accountsOf(body: Record<string, unknown>, name: string): string[] {
  const given = body[name];
  return Array.isArray(given) ? given.filter((one) => typeof one === "string") : [];
}

/** What is before or after a number, else the latest. */
export function partOf(messages: Message[], { me, query }: Asked) {
  const limit = Math.min(100, Number(query.get("limit") ?? 50));
  const after = query.get("after");
  const before = Number(query.get("before") ?? messages.length + 1);
  const from = after !== null ? Number(after) : Math.max(0, before - 1 - limit);
  const to = after !== null ? from + limit : before - 1;
  const items = messages.slice(from, to).map((message) => seenBy(me, message));
  return { items, has_before: from > 0, has_after: to < messages.length };
}

export function quoteOf(all: Message[], id: string): Saying["quote"] {
  const found = all.find((message) => message.id === id);
  if (!found) return null;
  const text = found.kind === "text" ? found.body.text : "";
  return {
    message: found.id,
    number: found.number,
    author: found.author,
    author_name: found.imported?.author_name ?? null,
    excerpt: text.slice(0, 200),
    recalled: found.recalled !== null,
  };
}

export const messengerRoutes: Routes = {
  "GET /chats": ({ state, me, query }) => {
    const all = [...state.chats.values()]
      .filter((chat) => chat.members.includes(me))
      .map((chat) => viewOf(state, chat, me))
      .sort((a, b) =>
        (b.last_message?.sent_at ?? b.created_at).localeCompare(a.last_message?.sent_at ?? a.created_at),
      );
    return page(all, query);
  },
  "POST /chats": ({ state, me, body }) => {
    const name = textOf(body, "name").trim();
    if (!name) refuse(422, "messenger.name_invalid", "A group needs a name.", "name");
    const chat = state.addChat({ kind: "group", name, owner: me, members: accountsOf(body, "members") });
    state.say(chat, { author: me, system: { event: "chat_created", accounts: chat.members, name } });
    return viewOf(state, chat, me);
  },
  "POST /chats/direct": ({ state, me, body }) => {
    const other = textOf(body, "account");
    const known = [...state.chats.values()].find(
      (chat) => chat.kind === "direct" && chat.members.includes(me) && chat.members.includes(other),
    );
    return viewOf(
      state,
      known ?? state.addChat({ kind: "direct", name: "", owner: me, members: [other] }),
      me,
    );
  },
  "GET /chats/{chat}": (asked) => viewOf(asked.state, chatIn(asked), asked.me),
  "GET /chats/{chat}/members": (asked) => {
    const chat = chatIn(asked);
    const all = chat.members.map((member) => ({
      account: lite(asked.state, member),
      role: roleOf(chat, member),
      joined_at: chat.created_at,
      read_number: chat.read.get(member) ?? 0,
    }));
    return page(all, asked.query);
  },
  "POST /chats/{chat}/members": (asked) => {
    const { state, me } = asked;
    const chat = chatIn(asked);
    const added = accountsOf(asked.body, "accounts").filter((one) => !chat.members.includes(one));
    chat.members.push(...added);
    state.say(chat, { author: me, system: { event: "members_added", accounts: added } }, "members.added");
    return viewOf(state, chat, me);
  },
  "DELETE /chats/{chat}/members/{account}": (asked) => {
    const chat = ownedIn(asked);
    const gone = asked.path.account ?? "";
    chat.members = chat.members.filter((member) => member !== gone);
    const system = { event: "member_removed" as const, accounts: [gone] };
    asked.state.say(chat, { author: asked.me, system }, "member.removed");
    return {};
  },
  "POST /chats/{chat}/leave": (asked) => {
    const chat = chatIn(asked);
    if (chat.owner === asked.me && chat.members.length > 1) {
      refuse(409, "messenger.owner_stays", "The owner hands the group over before leaving.");
    }
    chat.managers.delete(asked.me);
    chat.members = chat.members.filter((member) => member !== asked.me);
    return {};
  },
  "POST /chats/{chat}/owner": (asked) => {
    const chat = ownedIn(asked);
    chat.owner = textOf(asked.body, "account");
    const system = { event: "owner_changed" as const, accounts: [chat.owner] };
    asked.state.say(chat, { author: asked.me, system }, "owner.changed");
    return viewOf(asked.state, chat, asked.me);
  },
  "GET /chats/{chat}/messages": (asked) => {
    return partOf(chatIn(asked).messages, asked);
  },
  "POST /chats/{chat}/messages": (asked) => {
    const { state, me, body } = asked;
    const chat = chatIn(asked);
    const client_id = textOf(body, "client_id");
    const said = (body.body ?? {}) as Record<string, unknown>;
    const text = textOf(said, "text");
    const thread = textOf(body, "thread") || undefined;
    const all = thread ? state.threadOf(chat, thread).replies : chat.messages;
    const known = all.find((message) => message.author === me && message.client_id === client_id);
    if (known) return seenBy(me, known);
    const files = accountsOf(said, "files").flatMap((id) => state.files.get(id) ?? []);
    if (!text.trim() && files.length === 0) {
      refuse(422, "messenger.text_empty", "A message needs a text.", "text");
    }
    const quote = quoteOf(all, textOf(body, "reply_to"));
    return state.say(chat, { author: me, text, files, client_id, quote, thread });
  },
  "PUT /chats/{chat}/position": (asked) => {
    const chat = chatIn(asked);
    const number = Math.max(Number(asked.body.number), chat.read.get(asked.me) ?? 0);
    chat.read.set(asked.me, number);
    return { read_number: number, unread: viewOf(asked.state, chat, asked.me).unread };
  },
  "GET /chats/{chat}/draft": (asked) => {
    const text = asked.state.drafts.get(draftOf(chatIn(asked).id, asked.query.get("thread"))) ?? "";
    return { text, saved_at: text ? asked.state.at() : null };
  },
  "PUT /chats/{chat}/draft": (asked) => {
    const key = draftOf(chatIn(asked).id, asked.body.thread);
    asked.state.drafts.set(key, textOf(asked.body, "text"));
    return {};
  },
};

/** A draft of a chat, or of one of its threads. */
function draftOf(chat: string, thread: unknown): string {
  return thread ? `${chat}/${thread}` : chat;
}
