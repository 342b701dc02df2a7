/**
 * What is typed and not sent. The server keeps it sealed; this browser holds it
 * in memory only, until somebody signs out.
 */

import { useSyncExternalStore } from "react";
import { api } from "@/api";
import { whenSignedOut } from "@/app/session";
import type { Place } from "./place";

const SAVE_AFTER_MS = 900;

class Drafts {
  private texts = new Map<string, string>();
  private unsaved = new Map<string, Place>();
  private writtenAt = new Map<string, number>();
  private timers = new Map<string, ReturnType<typeof setTimeout>>();
  private listeners = new Set<() => void>();

  readonly listen = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(key: string): string | undefined {
    return this.texts.get(key);
  }

  /** What the server held at `fetchedAt` (ms); never over something that was typed here since. */
  learn(key: string, text: string, fetchedAt: number): void {
    if (this.unsaved.has(key) || fetchedAt < (this.writtenAt.get(key) ?? 0)) return;
    this.texts.set(key, text);
    this.tell();
  }

  write(place: Place, text: string): void {
    const { key } = place;
    if ((this.texts.get(key) ?? "") === text) return;
    this.texts.set(key, text);
    this.unsaved.set(key, place);
    this.writtenAt.set(key, Date.now());
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => void this.save(place), SAVE_AFTER_MS),
    );
    this.tell();
  }

  /** Saves at once; the requests outlive the page. */
  async flush(): Promise<void> {
    await Promise.all([...this.unsaved.values()].map((place) => this.save(place)));
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.texts.clear();
    this.unsaved.clear();
    this.writtenAt.clear();
    this.tell();
  }

  private async save({ chat, thread, key }: Place): Promise<void> {
    clearTimeout(this.timers.get(key));
    const text = this.texts.get(key) ?? "";
    try {
      // Browsers send at most 64 KiB after a page is gone.
      const keepalive = text.length < 15_000;
      await api.put("/chats/{chat}/draft", { path: { chat }, body: { thread, text }, keepalive });
      if (this.texts.get(key) === text) this.unsaved.delete(key);
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

export function useDraftText(key: string): string | undefined {
  return useSyncExternalStore(drafts.listen, () => drafts.of(key));
}
