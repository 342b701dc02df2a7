/** Exports: each look at them brings one that is made a step further. */

import type { Export } from "@/api";
import { type Asked, type Routes, refuse } from "./answers";
import type { MockState } from "./state";

const DAY_MS = 86_400_000;
const KEPT_MAX = 3;

export function makeExport(state: MockState, given: Partial<Export> = {}): Export {
  const made: Export = {
    id: state.id("ex"),
    state: "queued",
    failure: null,
    chats: state.chats.size,
    chats_done: 0,
    messages: 0,
    files: 0,
    size_bytes: 0,
    files_bytes: 48_000_000,
    created_at: state.at(),
    finished_at: null,
    expires_at: null,
    ...given,
  };
  state.exports.unshift(made);
  return made;
}

/** One that was ready so many days ago. */
export function readyExport(state: MockState, daysAgo: number): Export {
  const at = (ms: number) => new Date(state.now() + ms).toISOString();
  return makeExport(state, {
    state: "ready",
    chats_done: state.chats.size,
    messages: 1234,
    files: 56,
    size_bytes: 1_340_000_000,
    created_at: at(-daysAgo * DAY_MS),
    finished_at: at(-daysAgo * DAY_MS),
    expires_at: at((7 - daysAgo) * DAY_MS),
  });
}

function goOn(state: MockState, one: Export): void {
  if (one.state === "queued") one.state = "running";
  else if (one.state === "running") {
    one.chats_done = Math.min(one.chats, one.chats_done + Math.ceil(one.chats / 3));
    one.messages += 120;
    one.files += 4;
    one.size_bytes += 12_500_000;
    if (one.chats_done < one.chats) return;
    one.state = "ready";
    one.finished_at = state.at();
    one.expires_at = new Date(state.now() + 7 * DAY_MS).toISOString();
  }
}

function exportIn({ state, path }: Asked): Export {
  const found = state.exports.find((one) => one.id === path.export);
  return found ?? refuse(404, "messenger.export_absent", "This export does not exist.");
}

export const exportRoutes: Routes = {
  "GET /me/exports": ({ state }) => {
    const items = state.exports.map((one) => ({ ...one }));
    for (const one of state.exports) goOn(state, one);
    return { items, next_cursor: null };
  },
  "POST /me/exports": ({ state }) => {
    if (state.exports.some((one) => one.state === "queued" || one.state === "running")) {
      refuse(409, "messenger.export_underway", "An export of yours is being made already.");
    }
    if (state.exports.filter((one) => one.state === "ready").length >= KEPT_MAX) {
      refuse(409, "messenger.exports_too_many", "Three exports are kept at most. Delete one of them first.");
    }
    state.exports = state.exports.filter((one) => one.state === "ready");
    return { ...makeExport(state) };
  },
  "GET /me/exports/{export}": (asked) => exportIn(asked),
  "DELETE /me/exports/{export}": (asked) => {
    const gone = exportIn(asked);
    asked.state.exports = asked.state.exports.filter((one) => one !== gone);
    return {};
  },
};
