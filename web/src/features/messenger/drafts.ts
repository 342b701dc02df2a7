/**
 * What is typed and not sent. The server keeps it sealed; this browser holds it
 * in memory only, until somebody signs out. What is begun in a thread stays in
 * memory alone: the server keeps one draft for a chat.
 */

import { useSyncExternalStore } from "react";
import { api } from "@/api";
import { whenSignedOut } from "@/app/session";
import type { Place } from "./place";

const SAVE_AFTER_MS = 900;

class Drafts {
  private texts = new Map<string, string>();
  private unsaved = new Set<string>();
  private writtenAt = new Map<string, number>();
  private timers = new Map<string, ReturnType<typeof setTimeout>>();
  private listeners = new Set<() => void>();

  readonly listen = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(chat: string): string | undefined {
    return this.texts.get(chat);
  }

  /** What the server held at `fetchedAt` (ms); never over something that was typed here since. */
  learn(chat: string, text: string, fetchedAt: number): void {
    if (this.unsaved.has(chat) || fetchedAt < (this.writtenAt.get(chat) ?? 0)) return;
    this.texts.set(chat, text);
    this.tell();
  }

  write(place: Place, text: string): void {
    const chat = place.key;
    if ((this.texts.get(chat) ?? "") === text) return;
    this.texts.set(chat, text);
    if (place.thread !== null) {
      this.tell();
      return;
    }
    this.unsaved.add(chat);
    this.writtenAt.set(chat, Date.now());
    clearTimeout(this.timers.get(chat));
    this.timers.set(
      chat,
      setTimeout(() => void this.save(chat), SAVE_AFTER_MS),
    );
    this.tell();
  }

  /** Saves at once; the requests outlive the page. */
  async flush(): Promise<void> {
    await Promise.all([...this.unsaved].map((chat) => this.save(chat)));
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.texts.clear();
    this.unsaved.clear();
    this.writtenAt.clear();
    this.tell();
  }

  private async save(chat: string): Promise<void> {
    clearTimeout(this.timers.get(chat));
    const text = this.texts.get(chat) ?? "";
    try {
      // Browsers send at most 64 KiB after a page is gone.
      const keepalive = text.length < 15_000;
      await api.put("/chats/{chat}/draft", { path: { chat }, body: { text }, keepalive });
      if (this.texts.get(chat) === text) this.unsaved.delete(chat);
    } catch {
      // It stays in memory and goes with the next change, or when the page is left.
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const drafts = new Drafts();

/** Saves what is typed, before somebody goes on under another name. */
export const saveDrafts = () => drafts.flush();
whenSignedOut(() => drafts.clear());

export function useDraftText(chat: string): string | undefined {
  return useSyncExternalStore(drafts.listen, () => drafts.of(chat));
}
