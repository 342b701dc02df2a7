/** Members and invitations, for administrators. */

import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { api, type Invitation, type Member, type Page, type Role } from "@/api";
import { keys } from "@/live";

export const memberListQuery = infiniteQueryOptions({
  queryKey: keys.members,
  queryFn: ({ pageParam }): Promise<Page<Member>> =>
    api.get("/members", { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 30_000,
});

export const invitationListQuery = infiniteQueryOptions({
  queryKey: keys.invitations,
  queryFn: ({ pageParam }): Promise<Page<Invitation>> =>
    api.get("/invitations", { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 30_000,
});

export async function changeMember(
  client: QueryClient,
  account: string,
  change: { role?: Role; state?: Member["state"] },
): Promise<void> {
  const changed = await api.patch("/members/{account}", { path: { account }, body: change });
  client.setQueryData(keys.account(account), changed);
  await client.invalidateQueries({ queryKey: keys.members });
  void client.invalidateQueries({ queryKey: keys.allAccounts });
}

export function startReset(account: string) {
  return api.post("/members/{account}/password-reset", { path: { account }, body: {} });
}
