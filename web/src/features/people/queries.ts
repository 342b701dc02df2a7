import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { type Account, api, avatarAddress, isApiError, type Page } from "@/api";
import { keys } from "@/live";

const PAGE = 50;

export const accountQuery = (account: string) =>
  queryOptions({
    queryKey: keys.account(account),
    queryFn: async (): Promise<Account | null> => {
      try {
        return await api.get("/accounts/{account}", { path: { account } });
      } catch (error) {
        // People leave; what they wrote stays, under a name that is not told any more.
        if (isApiError(error) && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: account !== "",
  });

/** Colleagues by name; every page also tells the names of its people to the rest. */
export const accountsQuery = (client: QueryClient, query: string) =>
  infiniteQueryOptions({
    queryKey: keys.accounts(query),
    queryFn: async ({ pageParam }): Promise<Page<Account>> => {
      const page = await api.get("/accounts", {
        query: { query, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      });
      for (const account of page.items) client.setQueryData(keys.account(account.id), account);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Whoever opens a list of people may be looking for somebody who has just joined.
    staleTime: 0,
  });

export function usePerson(account: string): Account | null | undefined {
  return useQuery(accountQuery(account)).data;
}

/** Names by account; those not known yet are missing. */
export function useNames(accounts: readonly string[]): ReadonlyMap<string, string> {
  const unique = [...new Set(accounts)].filter((id) => id !== "all");
  return useQueries({
    queries: unique.map(accountQuery),
    combine: (results) => {
      const names = new Map<string, string>();
      results.forEach(({ data }, index) => {
        const id = unique[index];
        if (data && id) names.set(id, data.name);
      });
      return names;
    },
  });
}

/** Learns the first page of colleagues at once, so that most names need no request of their own. */
export function usePrimeNames(): void {
  const client = useQueryClient();
  useQuery({
    queryKey: [...keys.accounts(""), "prime"],
    queryFn: async () => {
      const page = await api.get("/accounts", { query: { limit: 100 } });
      for (const account of page.items) client.setQueryData(keys.account(account.id), account);
      return page.items.length;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function pictureOf(person: { avatar: string | null } | null | undefined, size: 64 | 256 = 64) {
  return person?.avatar ? avatarAddress(person.avatar, size) : null;
}
