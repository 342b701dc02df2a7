/** A typed call for every path and method that the schema names. */

import { ApiError, isSealed, problemOf } from "./problem";

import type { paths } from "./schema";
import { transport } from "./transport";

export const PREFIX = "/api/v1";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, unknown> ? P : never;
}[keyof paths];
type OpOf<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Json<T> = T extends { content: infer C } ? C[keyof C] : never;
type AnswerOf<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;
type BodyOf<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;
type PartOf<O, K extends "path" | "query"> = O extends { parameters: infer P }
  ? K extends keyof P
    ? NonNullable<P[K]>
    : never
  : never;
type Given<K extends string, T> = [T] extends [never] ? { [X in K]?: undefined } : { [X in K]: T };
type Wanted<O> = Given<"path", PartOf<O, "path">> &
  Given<"body", BodyOf<O>> & { query?: PartOf<O, "query"> } & Common;

interface Common {
  /** Names one intended creation, so that a repeat after a lost answer creates nothing new. */
  idempotencyKey?: string;
  /** Lets the request outlive the page; for what is saved while leaving. */
  keepalive?: boolean;
  signal?: AbortSignal;
}
interface Untyped extends Common {
  path?: Record<string, string | number> | undefined;
  query?: Record<string, string | number | undefined> | undefined;
  body?: unknown;
}

let onSessionEnded: () => void = () => {};

/** Called whenever the server says that nobody is signed in any more. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnded = listener;
}

let onSealed: () => void = () => {};

/** Called whenever the server says that it is sealed. */
export function whenSealed(listener: () => void): void {
  onSealed = listener;
}

export function pathOf(template: string, given: Record<string, string | number> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given[name] ?? "")));
}

function addressOf(template: string, wanted: Untyped): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted.query ?? {})) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const query = search.size > 0 ? `?${search}` : "";
  return `${PREFIX}${pathOf(template, wanted.path)}${query}`;
}

async function send(method: Method, template: string, wanted: Untyped): Promise<unknown> {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "get") headers.set("X-Bastide-Csrf", "1");
  if (wanted.idempotencyKey) headers.set("Idempotency-Key", wanted.idempotencyKey);
  let body: BodyInit | undefined;
  if (wanted.body instanceof Blob) {
    body = wanted.body;
    headers.set("Content-Type", wanted.body.type);
  } else if (wanted.body !== undefined) {
    body = JSON.stringify(wanted.body);
    headers.set("Content-Type", "application/json");
  }
  const request = new Request(new URL(addressOf(template, wanted), location.origin), {
    method: method.toUpperCase(),
    headers,
    body,
    keepalive: wanted.keepalive ?? false,
    signal: wanted.signal ?? null,
    credentials: "same-origin",
  });
  return readAnswer(await reach(request), template);
}

async function reach(request: Request): Promise<Response> {
  try {
    return await transport().fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new ApiError({ code: "client.offline", status: 0 });
  }
}

async function readAnswer(answer: Response, template: string): Promise<unknown> {
  if (!answer.ok) {
    const problem = await problemOf(answer);
    // What is asked then is `/me`: its own refusal is the answer, not news.
    if (problem.status === 401 && template !== "/me") onSessionEnded();
    // As above: whoever asks about the server itself hears it as the answer.
    if (isSealed(problem) && template !== "/instance") onSealed();
    throw problem;
  }
  if (answer.status === 204) return {};
  try {
    return await answer.json();
  } catch {
    throw new ApiError({ code: "client.unreadable", status: answer.status });
  }
}

function verb<M extends Method>(method: M) {
  return <P extends PathOf<M>>(
    path: P,
    ...[wanted]: Record<string, never> extends Wanted<OpOf<P, M>>
      ? [Wanted<OpOf<P, M>>?]
      : [Wanted<OpOf<P, M>>]
  ): Promise<AnswerOf<OpOf<P, M>>> =>
    send(method, path, (wanted ?? {}) as Untyped) as Promise<AnswerOf<OpOf<P, M>>>;
}

export const api = {
  get: verb("get"),
  post: verb("post"),
  put: verb("put"),
  patch: verb("patch"),
  delete: verb("delete"),
};

/** A fresh name for one intended creation. */
export function newKey(): string {
  return crypto.randomUUID();
}

export function avatarAddress(avatar: string, size: 64 | 256): string {
  return transport().picture(`${PREFIX}/avatars/${encodeURIComponent(avatar)}?size=${size}`);
}

/** Where a file is: its bytes to keep, the same to be shown in the page, or a small picture of it. */
export function fileAddress(chat: string, file: string, what: "content" | "inline" | "thumbnail"): string {
  const at = `${PREFIX}${pathOf("/chats/{chat}/files/{file}", { chat, file })}`;
  const path = {
    content: `${at}/content`,
    inline: `${at}/content?inline=true`,
    thumbnail: `${at}/thumbnail`,
  };
  return transport().picture(path[what]);
}

/** Where the archive of an export is. */
export function exportAddress(id: string): string {
  return transport().picture(`${PREFIX}${pathOf("/me/exports/{export}", { export: id })}/content`);
}
