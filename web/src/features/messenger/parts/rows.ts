/** From messages to the rows of a conversation: days, the unread mark, runs by one author. */

import type { Message } from "@/api";
import type { Pending } from "../outbox";
import { nameElsewhere } from "./imported";

export type ConversationRow =
  | { kind: "start"; key: string }
  | { kind: "root"; key: string; message: Message }
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message"; key: string; message: Message; head: boolean }
  | { kind: "system"; key: string; message: Message }
  | { kind: "pending"; key: string; entry: Pending; head: boolean };

interface Given {
  messages: readonly Message[];
  pending: readonly Pending[];
  me: string;
  /** Messages up to this number were read when the conversation was opened; null without a mark. */
  readUpTo: number | null;
  reachesStart: boolean;
  /** The message at the head of a thread. */
  root?: Message | undefined;
  dayKey(at: string): string;
}

/** A run by one author is broken after this long a pause. */
const RUN_MS = 5 * 60_000;

export function rowsOf(given: Given): ConversationRow[] {
  const { messages, pending, me, readUpTo, reachesStart, root, dayKey } = given;
  const rows: ConversationRow[] = [];
  if (root) rows.push({ kind: "root", key: root.id, message: root });
  else if (reachesStart) rows.push({ kind: "start", key: "start" });
  let day = "";
  let last: { author: string; at: number } | null = null;
  let marked = readUpTo === null;

  const startDay = (at: string) => {
    const next = dayKey(at);
    if (next === day) return;
    day = next;
    last = null;
    rows.push({ kind: "day", key: `day-${next}`, at });
  };
  const isHead = (author: string, at: number) => {
    const head = !last || last.author !== author || at - last.at > RUN_MS;
    last = { author, at };
    return head;
  };

  for (const message of messages) {
    startDay(message.sent_at);
    if (!marked && readUpTo !== null && message.number > readUpTo && message.author !== me) {
      marked = true;
      last = null;
      rows.push({ kind: "unread", key: "unread" });
    }
    if (message.kind === "system") {
      last = null;
      rows.push({ kind: "system", key: message.id, message });
      continue;
    }
    // An answer names what it answers and whom: it stands with a name of its own.
    if (message.quote) last = null;
    // Those who have no account here are told apart by what they were called elsewhere.
    const who = `${message.author} ${nameElsewhere(message) ?? ""}`.trimEnd();
    const head = isHead(who, Date.parse(message.sent_at));
    // A message keeps its row when it turns from pending to sent: nothing flickers.
    const key = message.author === me && message.client_id ? message.client_id : message.id;
    rows.push({ kind: "message", key, message, head });
  }

  const arrived = new Set(messages.filter((one) => one.author === me).map((one) => one.client_id));
  for (const entry of pending) {
    if (arrived.has(entry.clientId)) continue;
    startDay(entry.at);
    rows.push({ kind: "pending", key: entry.clientId, entry, head: isHead(me, Date.parse(entry.at)) });
  }
  return rows;
}
