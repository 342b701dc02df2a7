/**
 * Messages on their way. They are on the screen from the moment of sending and
 * stay here, with their text, until the server has them.
 *
 * Per chat, or thread, they leave one after the other, so that they arrive in the order in
 * which they were written. The client id makes a repeat harmless.
 */

import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, isApiError, type Message, newKey, type StoredFile } from "@/api";
import { whenSignedOut } from "@/app/session";
import { addMessage, noteMessage } from "@/live";
import type { Place } from "./place";

export interface Letter {
  text: string;
  files: readonly StoredFile[];
  /** What it answers. */
  quote: Message | null;
}

export interface Pending extends Letter {
  clientId: string;
  place: Place;
  at: string;
  /** `waiting` goes by itself once the server can be reached; `failed` needs a decision. */
  state: "sending" | "waiting" | "failed";
  error: unknown;
}

const NONE: readonly Pending[] = [];
const RETRY_MS = 4000;

class Outbox {
  private byPlace = new Map<string, readonly Pending[]>();
  private busy = new Set<string>();
  private listeners = new Set<() => void>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private client: QueryClient | null = null;

  readonly listen = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(place: string): readonly Pending[] {
    return this.byPlace.get(place) ?? NONE;
  }

  isEmpty(): boolean {
    return [...this.byPlace.values()].every((list) => list.length === 0);
  }

  send(client: QueryClient, place: Place, letter: Letter): void {
    this.client = client;
    const entry: Pending = {
      ...letter,
      clientId: newKey(),
      place,
      at: new Date().toISOString(),
      state: "sending",
      error: null,
    };
    this.set(place.key, [...this.of(place.key), entry]);
    void this.run(place.key);
  }

  retry(entry: Pending): void {
    this.change(entry, { state: "sending", error: null });
    void this.run(entry.place.key);
  }

  discard(entry: Pending): void {
    this.set(
      entry.place.key,
      this.of(entry.place.key).filter((other) => other.clientId !== entry.clientId),
    );
  }

  /** The server can be reached again: what waited goes out. */
  resume(): void {
    clearTimeout(this.retryTimer);
    for (const [place, list] of this.byPlace) {
      for (const entry of list) if (entry.state === "waiting") this.change(entry, { state: "sending" });
      void this.run(place);
    }
  }

  clear(): void {
    clearTimeout(this.retryTimer);
    this.byPlace.clear();
    this.tell();
  }

  private async run(place: string): Promise<void> {
    if (this.busy.has(place)) return;
    this.busy.add(place);
    try {
      for (;;) {
        const entry = this.of(place).find((one) => one.state === "sending");
        if (!entry || !this.client) return;
        if (!(await this.sendOne(this.client, entry))) return;
      }
    } finally {
      this.busy.delete(place);
    }
  }

  /** False when the rest has to wait too. */
  private async sendOne(client: QueryClient, entry: Pending): Promise<boolean> {
    try {
      const message = await api.post("/chats/{chat}/messages", {
        path: { chat: entry.place.chat },
        body: {
          client_id: entry.clientId,
          body: {
            text: entry.text,
            ...(entry.files.length > 0 ? { files: entry.files.map(({ id }) => id) } : {}),
          },
          ...(entry.quote ? { reply_to: entry.quote.id } : {}),
          ...(entry.place.thread ? { thread: entry.place.thread } : {}),
        },
      });
      if (this.of(entry.place.key).some((one) => one.clientId === entry.clientId)) {
        addMessage(client, message);
        noteMessage(client, message);
        this.discard(entry);
      }
      return true;
    } catch (error) {
      if (isApiError(error) && error.passing) {
        this.change(entry, { state: "waiting", error });
        this.retryTimer = setTimeout(() => this.resume(), (error.retryAfterS ?? 0) * 1000 || RETRY_MS);
        return false;
      }
      this.change(entry, { state: "failed", error });
      return true;
    }
  }

  private change(entry: Pending, patch: Partial<Pending>): void {
    this.set(
      entry.place.key,
      this.of(entry.place.key).map((one) => (one.clientId === entry.clientId ? { ...one, ...patch } : one)),
    );
  }

  private set(place: string, list: readonly Pending[]): void {
    this.byPlace.set(place, list);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const outbox = new Outbox();
whenSignedOut(() => outbox.clear());

export function useOutbox(place: Place): readonly Pending[] {
  return useSyncExternalStore(outbox.listen, () => outbox.of(place.key));
}
