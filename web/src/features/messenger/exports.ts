/** A person's own exports: an archive is made while they look on, or not. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Export } from "@/api";
import { keys } from "@/live";

/** How often the progress is asked for. */
const ASKED_EVERY_MS = 2000;
/** How many archives the server keeps for one person. */
export const KEPT_MAX = 3;

export const exportsQuery = queryOptions({
  queryKey: keys.exports,
  queryFn: async () => (await api.get("/me/exports")).items,
  refetchInterval: (query) => (query.state.data?.some(isUnderway) ? ASKED_EVERY_MS : false),
});

export function isUnderway({ state }: Export): boolean {
  return state === "queued" || state === "running";
}

export async function beginExport(client: QueryClient, key: string): Promise<void> {
  const begun = await api.post("/me/exports", { body: {}, idempotencyKey: key });
  client.setQueryData(exportsQuery.queryKey, (known) => [
    begun,
    ...(known ?? []).filter(({ id, state }) => id !== begun.id && state !== "failed" && state !== "expired"),
  ]);
}

/** Gives it up while it is made; takes it away with its archive when it is there. */
export async function deleteExport(client: QueryClient, id: string): Promise<void> {
  try {
    await api.delete("/me/exports/{export}", { path: { export: id } });
    client.setQueryData(exportsQuery.queryKey, (known) => known?.filter((one) => one.id !== id));
  } finally {
    void client.invalidateQueries({ queryKey: keys.exports });
  }
}
