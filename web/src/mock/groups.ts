/** How groups are led: settings, roles, joining, leaving for good. */

import type { ChatLink, PublicChat, PushDetail } from "@/api";
import { page, type Routes, refuse, textOf } from "./answers";
import { askToKeep } from "./keeping";
import { chatIn, lite, managedIn, ownedIn, viewOf } from "./messenger";
import type { MockChat, MockState } from "./state";

const SETTINGS = ["description", "visibility", "join", "posting", "mention_all", "history"] as const;

function publicView(state: MockState, chat: MockChat): PublicChat {
  const me = state.me ?? "";
  return {
    id: chat.id,
    name: chat.name,
    description: chat.settings.description,
    members: chat.members.length,
    join: chat.settings.join,
    is_joined: chat.members.includes(me),
    is_requested: chat.requests.has(me),
  };
}

function enter(state: MockState, chat: MockChat, me: string) {
  if (!chat.members.includes(me)) {
    chat.members.push(me);
    state.say(chat, { author: me, system: { event: "members_added", accounts: [me] } }, "members.added");
  }
  return { chat: viewOf(state, chat, me), requested: false };
}

function byToken(state: MockState, token: string): MockChat {
  return (
    [...state.chats.values()].find((chat) => chat.link === token) ??
    refuse(404, "messenger.link_invalid", "This link is not valid.")
  );
}

function linkView(state: MockState): ChatLink {
  const week = new Date(state.now() + 7 * 24 * 3_600_000).toISOString();
  return {
    made_by: state.me ?? "",
    made_at: state.at(),
    expires_at: week,
    uses: 0,
    uses_max: null,
    is_good: true,
  };
}

export const groupRoutes: Routes = {
  "PATCH /chats/{chat}": (asked) => {
    const { state, me, body } = asked;
    const own = Object.keys(body).every((key) => key === "muted");
    const chat = own ? chatIn(asked) : managedIn(asked);
    if (body.muted === true) chat.muted.add(me);
    if (body.muted === false) chat.muted.delete(me);
    for (const key of SETTINGS)
      if (body[key] !== undefined) Object.assign(chat.settings, { [key]: body[key] });
    if (typeof body.announcement === "string") {
      const text = body.announcement.trim();
      chat.settings.announcement = text ? { text, by: me, at: state.at() } : null;
    }
    if (typeof body.retention_days === "number") askToKeep(state, chat, body.retention_days);
    const name = textOf(body, "name");
    if (name) {
      chat.name = name;
      state.say(chat, { author: me, system: { event: "chat_renamed", accounts: [], name } }, "chat.renamed");
    } else if (!own) state.changed(chat, "chat.changed");
    return viewOf(state, chat, me);
  },
  "DELETE /chats/{chat}": (asked) => {
    const chat = ownedIn(asked);
    asked.state.changed(chat, "chat.disbanded");
    asked.state.chats.delete(chat.id);
    return {};
  },
  "PUT /chats/{chat}/members/{account}/role": (asked) => {
    const chat = ownedIn(asked);
    const account = asked.path.account ?? "";
    if (asked.body.role === "manager") chat.managers.add(account);
    else chat.managers.delete(account);
    asked.state.changed(chat, "member.changed", [account]);
    return {};
  },
  "DELETE /chats/{chat}/request": ({ state, me, path }) => {
    state.chats.get(path.chat ?? "")?.requests.delete(me);
    return {};
  },
  "GET /chats/public": ({ state, query }) => {
    const all = [...state.chats.values()].filter((chat) => chat.settings.visibility === "public");
    return page(
      all.map((chat) => publicView(state, chat)),
      query,
    );
  },
  "POST /chats/{chat}/join": ({ state, me, path }) => {
    const chat = state.chats.get(path.chat ?? "");
    if (chat?.settings.visibility !== "public")
      return refuse(404, "messenger.chat_absent", "There is no such chat.");
    if (chat.settings.join !== "approval") return enter(state, chat, me);
    chat.requests.set(me, state.at());
    return { chat: null, requested: true };
  },
  "GET /chats/{chat}/link": (asked) => {
    const { link } = managedIn(asked);
    return { link: link ? linkView(asked.state) : null };
  },
  "POST /chats/{chat}/link": (asked) => {
    const chat = managedIn(asked);
    chat.link = asked.state.id("link");
    return { path: `/chats/join#${chat.link}`, ...linkView(asked.state) };
  },
  "DELETE /chats/{chat}/link": (asked) => {
    managedIn(asked).link = null;
    return {};
  },
  "POST /chats/links/inspect": ({ state, body }) => ({
    ...publicView(state, byToken(state, textOf(body, "token"))),
    expires_at: state.at(),
  }),
  "POST /chats/links/join": ({ state, me, body }) => enter(state, byToken(state, textOf(body, "token")), me),
  "GET /chats/{chat}/requests": (asked) => {
    const all = [...managedIn(asked).requests].map(([account, at]) => ({
      account: lite(asked.state, account),
      asked_at: at,
    }));
    return page(all, asked.query);
  },
  "POST /chats/{chat}/requests/{account}": (asked) => {
    const chat = managedIn(asked);
    const account = asked.path.account ?? "";
    chat.requests.delete(account);
    if (asked.body.accept === true) chat.members.push(account);
    asked.state.changed(chat, "chat.changed");
    return {};
  },
  "GET /me/quiet": ({ state }) => ({ until: state.quietUntil }),
  "GET /me/push": ({ state }) => ({ key: state.pushKey, detail: state.pushDetail }),
  "PUT /me/push": ({ state, body }) => {
    state.pushDetail = textOf(body, "detail") as PushDetail;
    return { key: state.pushKey, detail: state.pushDetail };
  },
  "DELETE /me/push": ({ state }) => {
    state.pushDetail = null;
    return {};
  },
  "PUT /me/quiet": ({ state, body }) => {
    state.quietUntil = textOf(body, "until") || null;
    return { until: state.quietUntil };
  },
};
