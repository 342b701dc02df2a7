/** What a person does about signing in and their own account. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Me, type SignedIn } from "@/api";
import { enterSession, forgetSession } from "@/app/session";
import { keys } from "@/live";

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: async () => (await api.get("/me/sessions", { query: { limit: 100 } })).items,
});

/** Ends in the application, or says that a second step is wanted. */
export function take(client: QueryClient, answer: SignedIn): { ticket: string } | null {
  if (answer.state === "second_factor") return { ticket: answer.ticket };
  enterSession(client, answer.me);
  return null;
}

export async function signOut(client: QueryClient): Promise<void> {
  await api.post("/sign-out", { body: {} });
  forgetSession(client);
}

export async function changeMe(
  client: QueryClient,
  change: { name?: string; title?: string; locale?: string; zone?: string },
): Promise<Me> {
  const me = await api.patch("/me", { body: change });
  client.setQueryData(keys.me, me);
  void client.invalidateQueries({ queryKey: keys.account(me.account.id) });
  return me;
}

export async function changeAvatar(client: QueryClient, picture: Blob | null): Promise<void> {
  const avatar = picture ? (await api.put("/me/avatar", { body: picture })).avatar : null;
  if (!picture) await api.delete("/me/avatar");
  client.setQueryData<Me | null>(keys.me, (me) => (me ? { ...me, account: { ...me.account, avatar } } : me));
  const id = client.getQueryData<Me | null>(keys.me)?.account.id;
  if (id) void client.invalidateQueries({ queryKey: keys.account(id) });
}

export async function switchAccount(client: QueryClient, account: string): Promise<void> {
  enterSession(client, await api.post("/me/switch", { body: { account } }));
}

export const PASSWORD_LENGTH_MIN = 10;
export const AVATAR_BYTES_MAX = 5 * 1024 * 1024;
export const AVATAR_TYPES = ["image/png", "image/jpeg", "image/webp"];

/** Links carry their token behind `#`, which browsers send to nobody; `?token=` is understood too. */
export function tokenInAddress(): string {
  const hash = decodeURIComponent(location.hash.slice(1));
  const bare = hash.startsWith("token=") ? hash.slice("token=".length) : hash;
  return bare || new URLSearchParams(location.search).get("token") || "";
}
