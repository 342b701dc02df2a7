/** How the in-memory server reads requests and answers them. */

import type { MockState } from "./state";

export interface Asked {
  state: MockState;
  /** The account that asks; routes that are not public have been checked. */
  me: string;
  path: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
  request: Request;
}

export type Handler = (asked: Asked) => unknown | Promise<unknown>;
/** `POST /chats/{chat}/leave`; a leading `*` marks what nobody need be signed in for. */
export type Routes = Record<string, Handler>;

export class MockRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly field?: string,
  ) {
    super(title);
  }
}

export function refuse(status: number, code: string, title: string, field?: string): never {
  throw new MockRefusal(status, code, title, field);
}

export function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}

export function page<T>(items: T[], query: URLSearchParams): { items: T[]; next_cursor: string | null } {
  const limit = Math.min(200, Number(query.get("limit") ?? 50));
  const from = Number(query.get("cursor") ?? 0);
  const next = from + limit;
  return { items: items.slice(from, next), next_cursor: next < items.length ? String(next) : null };
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

export function problem(refusal: MockRefusal): Response {
  return new Response(
    JSON.stringify({
      type: `https://bastide.invalid/problems/${refusal.code}`,
      title: refusal.message,
      status: refusal.status,
      code: refusal.code,
      reference: "req_mock0001",
      ...(refusal.field ? { field: refusal.field } : {}),
    }),
    { status: refusal.status, headers: { "Content-Type": "application/problem+json" } },
  );
}
