/** What an organisation keeps, and for how long: policy, holds, room for files, imports. */

import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Hold, type MessengerPolicy, type Page } from "@/api";
import { keys } from "@/live";

/** The longest time that can be set, in days. */
export const DAYS_MOST = 36_500;

export type Bounds = Pick<MessengerPolicy, "retention_min_days" | "retention_days" | "retention_max_days">;

/** For how many days a chat keeps what is said that asks for `own`; null is for ever. */
export function keptDays(bounds: Bounds, own: number | null): number | null {
  const { retention_min_days: least, retention_days: usual, retention_max_days: greatest } = bounds;
  const asked = own ?? usual ?? greatest;
  if (asked === null) return null;
  return Math.max(Math.min(asked, greatest ?? asked), least ?? 0);
}

export type Shorter = "usual" | "greatest" | "least";

/** Which chats keep less under new bounds: those that ask for nothing, for much, or for little. */
export function shortened(before: Bounds, after: Bounds): Shorter[] {
  const asks: [Shorter, number | null][] = [
    ["usual", null],
    ["greatest", DAYS_MOST],
    ["least", 1],
  ];
  return asks
    .filter(([, own]) => isShorter(keptDays(after, own), keptDays(before, own)))
    .map(([which]) => which);
}

export function isShorter(days: number | null, than: number | null): boolean {
  return days !== null && (than === null || days < than);
}

/** Saves a part of the policy. It is saved whole: the rest stays as the server has it just now. */
export async function savePolicy(client: QueryClient, change: Partial<MessengerPolicy>): Promise<void> {
  const now = await api.get("/messenger/policy");
  client.setQueryData(keys.policy, await api.put("/messenger/policy", { body: { ...now, ...change } }));
  // Every chat tells for how long it keeps what is said.
  if ("retention_days" in change) void client.invalidateQueries({ queryKey: keys.chats });
}

export const holdsQuery = infiniteQueryOptions({
  queryKey: keys.holds,
  queryFn: ({ pageParam }): Promise<Page<Hold>> =>
    api.get("/holds", { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 30_000,
});

export async function placeHold(
  client: QueryClient,
  hold: { chat: string | null; reason: string },
): Promise<void> {
  await api.post("/holds", { body: hold });
  await client.invalidateQueries({ queryKey: keys.holds });
}

export async function releaseHold(client: QueryClient, hold: string): Promise<void> {
  try {
    await api.delete("/holds/{hold}", { path: { hold } });
  } finally {
    await client.invalidateQueries({ queryKey: keys.holds });
  }
}

export const quotaQuery = queryOptions({
  queryKey: keys.quota,
  queryFn: () => api.get("/files/quota"),
  staleTime: 30_000,
});

export async function saveQuota(client: QueryClient, allowed: number | null): Promise<void> {
  const saved = await api.put("/files/quota", { body: { allowed_bytes: allowed } });
  client.setQueryData(keys.quota, saved);
}

export const importsQuery = queryOptions({
  queryKey: keys.imports,
  queryFn: () => api.get("/imports"),
  // Every look is recorded: it is had anew when somebody asks for it.
  staleTime: 30_000,
});
