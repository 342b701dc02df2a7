/** Who is signed in. Everything else about sessions belongs to the feature `identity`. */

import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { api, isApiError, type Me } from "@/api";
import { keys } from "@/live";

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async (): Promise<Me | null> => {
    try {
      return await api.get("/me");
    } catch (error) {
      // Not being signed in is an answer, not a failure.
      if (isApiError(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

export const instanceQuery = queryOptions({
  queryKey: keys.instance,
  queryFn: () => api.get("/instance"),
  staleTime: 60_000,
});

/** Asked again and again while somebody waits for the server to be unsealed: custodians are in different places. */
export const sealQuery = queryOptions({
  queryKey: keys.seal,
  queryFn: () => api.get("/seal"),
  staleTime: 0,
});

export function useMe(): Me | null {
  return useQuery({ ...meQuery, enabled: false }).data ?? null;
}

/** For what is only ever shown inside the frame, where somebody is signed in. */
export function useAccount(): Me["account"] {
  const me = useMe();
  return me?.account ?? NOBODY;
}

/** Stands in for the one frame between signing out and leaving the screen. */
const NOBODY: Me["account"] = {
  id: "",
  name: "",
  title: "",
  role: "member",
  state: "active",
  locale: "en",
  zone: "UTC",
  avatar: null,
};

export function isAdministrator(me: Me | null): boolean {
  return me?.account.role === "owner" || me?.account.role === "administrator";
}

const leaving = new Set<() => void>();

/** Registers what must be wiped from this browser when somebody signs out. */
export function whenSignedOut(wipe: () => void): void {
  leaving.add(wipe);
}

/** Takes a new session into use: nothing of an earlier one may be left. */
export function enterSession(client: QueryClient, me: Me): void {
  removeAnswers(client);
  client.setQueryData(keys.me, me);
  // The screens of the one before go first: told that their texts are gone, they would ask anew, in the new name.
  setTimeout(wipeTexts);
}

export function forgetSession(client: QueryClient): void {
  client.setQueryData(keys.me, null);
  // The screens go first: while they stand, they ask anew for whatever is taken from them.
  setTimeout(() => {
    wipeTexts();
    removeAnswers(client);
  });
}

function wipeTexts(): void {
  for (const wipe of leaving) wipe();
}

function removeAnswers(client: QueryClient): void {
  client.removeQueries({
    predicate: (query) =>
      query.queryKey[0] !== "instance" && query.queryKey[0] !== "seal" && query.queryKey[0] !== "me",
  });
}
