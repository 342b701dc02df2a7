/** What is kept, for how long, and how much of it: policy, holds, room for files, imports. */

import type { Hold, Import, MessengerPolicy, Quota } from "@/api";
import { page, type Routes, refuse, textOf } from "./answers";
import { lite } from "./messenger";
import { administratorsOnly } from "./people";
import type { MockChat, MockState } from "./state";

export interface MockKeeping {
  policy: MessengerPolicy;
  holds: Hold[];
  quota: Quota;
  imports: Import[];
}

const GIGABYTE = 1_000_000_000;
const FIELDS = [
  "edit_window_s",
  "recall_window_s",
  "retention_min_days",
  "retention_days",
  "retention_max_days",
] as const;

export function newKeeping(): MockKeeping {
  return {
    policy: {
      edit_window_s: 86_400,
      recall_window_s: 86_400,
      retention_min_days: null,
      retention_days: null,
      retention_max_days: null,
    },
    holds: [],
    quota: { used_bytes: 37.4 * GIGABYTE, allowed_bytes: 100 * GIGABYTE, given_bytes: 100 * GIGABYTE },
    imports: [],
  };
}

/** As the server reckons it: what a chat asks for, within the bounds. */
export function keptBy(state: MockState, own: number | null): number | null {
  const { retention_min_days: least, retention_days: usual, retention_max_days: most } = state.keeping.policy;
  const asked = own ?? usual ?? most;
  return asked === null ? null : Math.max(Math.min(asked, most ?? asked), least ?? 0);
}

export function askToKeep(state: MockState, chat: MockChat, days: number): void {
  const { retention_min_days: least, retention_max_days: most } = state.keeping.policy;
  if (days !== 0 && (days < (least ?? 1) || days > (most ?? 36_500))) {
    refuse(
      409,
      "messenger.retention_bounds",
      "The organisation sets other bounds for how long messages are kept.",
      "retention_days",
    );
  }
  chat.ownDays = days || null;
}

/** Holds and imports to look at: one of everything. */
export function fillKeeping(state: MockState): void {
  const { keeping } = state;
  const ago = (days: number) => new Date(state.now() - days * 86_400_000).toISOString();
  const by = lite(state, "u_wang");
  keeping.holds = [
    {
      id: "lh_1",
      chat: "oc_budget",
      reason: "File 2026-114, Harbour Authority against Northwind: procurement of buoys. 采购纠纷。",
      placed_by: lite(state, "u_lin"),
      placed_at: ago(41),
    },
    { id: "lh_2", chat: null, reason: "年度审计，到 3 月底", placed_by: by, placed_at: ago(12) },
    {
      id: "lh_3",
      chat: "oc_elsewhere0000000000000000",
      reason: "Inquiry 7/26",
      placed_by: by,
      placed_at: ago(2),
    },
  ];
  keeping.quota.used_bytes = 93.2 * GIGABYTE;
  const counts = { chats: 212, opened: 212, messages: 184_302, replies: 39_118, reactions: 71_044 };
  keeping.imports = [
    {
      ...counts,
      id: "im_1",
      label: "northwind.slack.com",
      source: "slack",
      started_at: ago(61),
      finished_at: ago(60),
      started_by: "u_lin",
    },
    {
      ...counts,
      id: "im_2",
      label: "Northwind archive and the joint observatories of the northern coast",
      source: "slack",
      chats: 48,
      opened: 17,
      started_at: ago(0.02),
      finished_at: null,
      started_by: "u_wang",
    },
  ];
}

export const keepingRoutes: Routes = {
  "GET /messenger/policy": ({ state }) => state.keeping.policy,
  "PUT /messenger/policy": (asked) => {
    administratorsOnly(asked);
    const { state, body } = asked;
    const missing = FIELDS.find((field) => !(field in body));
    if (missing) refuse(422, "act.input_invalid", `${missing} is missing.`, missing);
    state.keeping.policy = body as unknown as MessengerPolicy;
    return state.keeping.policy;
  },
  "GET /holds": (asked) => {
    administratorsOnly(asked);
    return page(asked.state.keeping.holds, asked.query);
  },
  "POST /holds": (asked) => {
    administratorsOnly(asked);
    const { state, me, body } = asked;
    const chat = textOf(body, "chat") || null;
    if (chat && !state.chats.has(chat)) {
      refuse(404, "messenger.chat_absent", "There is no such chat.", "chat");
    }
    const hold: Hold = {
      id: state.id("lh"),
      chat,
      reason: textOf(body, "reason"),
      placed_by: lite(state, me),
      placed_at: state.at(),
    };
    state.keeping.holds.push(hold);
    return hold;
  },
  "DELETE /holds/{hold}": (asked) => {
    administratorsOnly(asked);
    const { keeping } = asked.state;
    const left = keeping.holds.filter((hold) => hold.id !== asked.path.hold);
    if (left.length === keeping.holds.length) {
      refuse(404, "messenger.hold_absent", "This hold does not exist, or was released already.");
    }
    keeping.holds = left;
    return {};
  },
  "GET /files/quota": ({ state }) => state.keeping.quota,
  "PUT /files/quota": (asked) => {
    administratorsOnly(asked);
    const { quota } = asked.state.keeping;
    const allowed = asked.body.allowed_bytes;
    if (allowed === undefined) refuse(422, "act.input_invalid", "allowed_bytes is missing.", "allowed_bytes");
    const wanted = typeof allowed === "number" ? allowed : quota.given_bytes;
    if (wanted !== null && quota.given_bytes !== null && wanted > quota.given_bytes) {
      refuse(422, "messenger.quota_invalid", "The operator gives less.", "allowed_bytes");
    }
    quota.allowed_bytes = wanted;
    return { ...quota };
  },
  "GET /imports": (asked) => {
    administratorsOnly(asked);
    return { items: asked.state.keeping.imports, next_cursor: null };
  },
};
