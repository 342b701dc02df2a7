/**
 * Messages on their way. They are on the screen from the moment of sending and
 * stay here, with their text, until the server has them.
 *
 * Per chat they leave one after the other, so that they arrive in the order in
 * which they were written. The client id makes a repeat harmless.
 */

import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, isApiError, newKey } from "@/api";
import { whenSignedOut } from "@/app/session";
import { addMessage, noteMessage } from "@/live";

export interface Pending {
  clientId: string;
  chat: string;
  text: string;
  at: string;
  /** `waiting` goes by itself once the server can be reached; `failed` needs a decision. */
  state: "sending" | "waiting" | "failed";
  error: unknown;
}

const NONE: readonly Pending[] = [];
const RETRY_MS = 4000;

class Outbox {
  private byChat = new Map<string, readonly Pending[]>();
  private busy = new Set<string>();
  private listeners = new Set<() => void>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private client: QueryClient | null = null;

  readonly listen = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(chat: string): readonly Pending[] {
    return this.byChat.get(chat) ?? NONE;
  }

  isEmpty(): boolean {
    return [...this.byChat.values()].every((list) => list.length === 0);
  }

  send(client: QueryClient, chat: string, text: string): void {
    this.client = client;
    const entry: Pending = {
      clientId: newKey(),
      chat,
      text,
      at: new Date().toISOString(),
      state: "sending",
      error: null,
    };
    this.set(chat, [...this.of(chat), entry]);
    void this.run(chat);
  }

  retry(entry: Pending): void {
    this.change(entry, { state: "sending", error: null });
    void this.run(entry.chat);
  }

  discard(entry: Pending): void {
    this.set(
      entry.chat,
      this.of(entry.chat).filter((other) => other.clientId !== entry.clientId),
    );
  }

  /** The server can be reached again: what waited goes out. */
  resume(): void {
    clearTimeout(this.retryTimer);
    for (const [chat, list] of this.byChat) {
      for (const entry of list) if (entry.state === "waiting") this.change(entry, { state: "sending" });
      void this.run(chat);
    }
  }

  clear(): void {
    clearTimeout(this.retryTimer);
    this.byChat.clear();
    this.tell();
  }

  private async run(chat: string): Promise<void> {
    if (this.busy.has(chat)) return;
    this.busy.add(chat);
    try {
      for (;;) {
        const entry = this.of(chat).find((one) => one.state === "sending");
        if (!entry || !this.client) return;
        if (!(await this.sendOne(this.client, entry))) return;
      }
    } finally {
      this.busy.delete(chat);
    }
  }

  /** False when the rest has to wait too. */
  private async sendOne(client: QueryClient, entry: Pending): Promise<boolean> {
    try {
      const message = await api.post("/chats/{chat}/messages", {
        path: { chat: entry.chat },
        body: { client_id: entry.clientId, body: { text: entry.text } },
      });
      if (this.of(entry.chat).some((one) => one.clientId === entry.clientId)) {
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
      entry.chat,
      this.of(entry.chat).map((one) => (one.clientId === entry.clientId ? { ...one, ...patch } : one)),
    );
  }

  private set(chat: string, list: readonly Pending[]): void {
    this.byChat.set(chat, list);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const outbox = new Outbox();
whenSignedOut(() => outbox.clear());

export function useOutbox(chat: string): readonly Pending[] {
  return useSyncExternalStore(outbox.listen, () => outbox.of(chat));
}
