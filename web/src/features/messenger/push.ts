/**
 * Messages told while the suite is closed: the browser's push manager, its worker, and the server that is told where.
 * The choice is the account's on this browser; the session's place at the server ends with the session.
 */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type PushDetail } from "@/api";
import { keys } from "@/live";

export const pushQuery = queryOptions({ queryKey: keys.push, queryFn: () => api.get("/me/push") });

const STORAGE = "bastide.push";
const WORKER = "/push-worker.js";

/** Browsers have no push manager where the certificate is not trusted. */
export function canBeTold(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

export type Outcome = "told" | "refused" | "failed";

/** Has this browser told. Asks for leave, so call it from a gesture. */
export async function beTold(
  client: QueryClient,
  account: string,
  detail: PushDetail,
  language: string,
): Promise<Outcome> {
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  try {
    await subscribe(client, detail, language);
  } catch {
    return "failed";
  }
  choose(account, detail);
  return "told";
}

export async function beToldNoLonger(client: QueryClient, account: string): Promise<void> {
  choose(account, null);
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  const subscription = await registration?.pushManager.getSubscription();
  await api.delete("/me/push");
  await subscription?.unsubscribe();
  await client.invalidateQueries({ queryKey: keys.push });
}

/** Says anew where this browser is told, for a new session, another language, or another key of the server. */
export async function renewPush(client: QueryClient, account: string, language: string): Promise<void> {
  const detail = chosen(account);
  if (!detail || !canBeTold() || Notification.permission !== "granted") return;
  // What cannot be renewed now is renewed when the suite is opened again.
  await subscribe(client, detail, language).catch(() => undefined);
}

/** Follows what is clicked in a notification of the worker. */
export function listenToWorker(open: (path: string) => void): () => void {
  if (!("serviceWorker" in navigator)) return () => undefined;
  const hear = ({ data }: MessageEvent) => {
    if (data?.kind === "open" && typeof data.path === "string") open(data.path);
  };
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", hear);
  return () => serviceWorker.removeEventListener("message", hear);
}

async function subscribe(client: QueryClient, detail: PushDetail, language: string): Promise<void> {
  const { key } = await client.fetchQuery({ ...pushQuery, staleTime: 0 });
  if (!key) throw new Error("the server tells no browser");
  const registration = await navigator.serviceWorker.register(`${WORKER}?lang=${language}`, { scope: "/" });
  await navigator.serviceWorker.ready;
  const wanted = bytesOf(key);
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !isFor(subscription, wanted)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: wanted,
  });
  const { endpoint, keys: given } = subscription.toJSON();
  const body = { endpoint: endpoint ?? "", p256dh: given?.p256dh ?? "", auth: given?.auth ?? "", detail };
  client.setQueryData(keys.push, await api.put("/me/push", { body }));
}

function isFor(subscription: PushSubscription, wanted: Uint8Array): boolean {
  const key = subscription.options.applicationServerKey;
  if (!key) return false;
  const own = new Uint8Array(key);
  return own.length === wanted.length && own.every((byte, at) => byte === wanted[at]);
}

/** Base64url, as RFC 4648 §5 has it. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function choose(account: string, detail: PushDetail | null): void {
  try {
    if (detail) localStorage.setItem(`${STORAGE}.${account}`, detail);
    else localStorage.removeItem(`${STORAGE}.${account}`);
  } catch {
    // A browser that keeps nothing is asked again after the next sign-in.
  }
}

function chosen(account: string): PushDetail | null {
  try {
    const detail = localStorage.getItem(`${STORAGE}.${account}`);
    return detail === "nothing" || detail === "names" || detail === "text" ? detail : null;
  } catch {
    return null;
  }
}
