/**
 * Files on their way. Each goes in parts, two at a time; a part that fails is sent again, and after a break only what
 * is missing goes. They belong to the place where they were put, until the message that carries them is sent.
 */

import { useSyncExternalStore } from "react";
import { api, isApiError, newKey, type StoredFile, type Upload } from "@/api";
import { whenSignedOut } from "@/app/session";
import type { Place } from "./place";

export interface Sending {
  key: string;
  place: Place;
  file: File;
  /** `waiting` goes on by itself once the server can be reached; `failed` needs a decision. */
  state: "queued" | "sending" | "waiting" | "failed" | "ready";
  sentBytes: number;
  stored: StoredFile | null;
  error: unknown;
  /** A picture of the file itself, as data. */
  preview: string | null;
}

export const MOST_FILES = 20;
export const LARGEST_BYTES = 2 * 1024 ** 3;
const PREVIEW_BYTES = 8_000_000;
const FILES_AT_ONCE = 2;
const PARTS_AT_ONCE = 2;
const TRIES = 4;
const FIRST_WAIT_MS = 600;
const AGAIN_MS = 5000;
const NONE: readonly Sending[] = [];

/** What an attempt needs beside what is shown. */
interface Work {
  upload: Upload | null;
  clientId: string;
  stop: AbortController;
}

class Uploads {
  private byPlace = new Map<string, readonly Sending[]>();
  private work = new Map<string, Work>();
  private active = new Set<string>();
  private listeners = new Set<() => void>();
  private againTimer: ReturnType<typeof setTimeout> | undefined;

  readonly listen = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(place: string): readonly Sending[] {
    return this.byPlace.get(place) ?? NONE;
  }

  /** Whether leaving the page would lose something. */
  isIdle(): boolean {
    return [...this.byPlace.values()].flat().every((one) => one.state === "ready" || one.state === "failed");
  }

  /** Takes files in, as many as a message may carry; answers how many were left out. */
  add(place: Place, files: readonly File[]): number {
    const held = this.of(place.key);
    const taken = files.slice(0, Math.max(0, MOST_FILES - held.length));
    const added = taken.map((file): Sending => {
      const key = newKey();
      this.work.set(key, { upload: null, clientId: newKey(), stop: new AbortController() });
      return { key, place, file, state: "queued", sentBytes: 0, stored: null, error: null, preview: null };
    });
    this.set(place.key, [...held, ...added]);
    for (const one of added) this.draw(one);
    this.next();
    return files.length - taken.length;
  }

  retry(one: Sending): void {
    this.change(one, { state: "queued", error: null });
    this.next();
  }

  /** The server can be reached again. */
  resume(): void {
    clearTimeout(this.againTimer);
    for (const one of [...this.byPlace.values()].flat()) {
      if (one.state === "waiting") this.change(one, { state: "queued" });
    }
    this.next();
  }

  cancel(one: Sending): void {
    const work = this.work.get(one.key);
    work?.stop.abort();
    this.forget(one);
    const upload = work?.upload?.id ?? one.stored?.id;
    if (!upload) return;
    const path = { chat: one.place.chat, upload };
    // What is not taken back now goes by itself, later.
    void api.delete("/chats/{chat}/uploads/{upload}", { path }).catch(() => {});
  }

  /** The files of a place that are there, which are then the message's. */
  take(place: Place): StoredFile[] {
    const held = this.of(place.key);
    for (const one of held) this.forget(one);
    return held.flatMap((one) => one.stored ?? []);
  }

  clear(): void {
    clearTimeout(this.againTimer);
    for (const { stop } of this.work.values()) stop.abort();
    this.work.clear();
    this.active.clear();
    this.byPlace.clear();
    this.tell();
  }

  private next(): void {
    for (const one of [...this.byPlace.values()].flat()) {
      if (this.active.size >= FILES_AT_ONCE) return;
      if (one.state === "queued" && !this.active.has(one.key)) void this.run(one);
    }
  }

  private async run(one: Sending): Promise<void> {
    const work = this.work.get(one.key);
    if (!work) return;
    this.active.add(one.key);
    this.change(one, { state: "sending" });
    try {
      const stored = await this.send(one, work);
      this.change(one, { state: "ready", stored, sentBytes: one.file.size });
    } catch (error) {
      if (work.stop.signal.aborted) return;
      if (isApiError(error) && error.passing) {
        this.change(one, { state: "waiting", error });
        this.againTimer = setTimeout(() => this.resume(), (error.retryAfterS ?? 0) * 1000 || AGAIN_MS);
      } else this.change(one, { state: "failed", error });
    } finally {
      this.active.delete(one.key);
      this.next();
    }
  }

  private async send(one: Sending, work: Work): Promise<StoredFile> {
    const { file, place } = one;
    const { signal } = work.stop;
    const upload = await this.begin(one, work);
    const path = { chat: place.chat, upload: upload.id };
    const missing = missingParts(upload);
    let sent = file.size - missing.reduce((sum, index) => sum + sizeOfPart(file, upload, index), 0);
    this.change(one, { sentBytes: sent });
    const worker = async () => {
      for (let index = missing.shift(); index !== undefined; index = missing.shift()) {
        const from = index * upload.part_bytes;
        const body = file.slice(from, from + upload.part_bytes, "application/octet-stream");
        const to = { path: { ...path, index }, body, signal };
        await again(() => api.put("/chats/{chat}/uploads/{upload}/parts/{index}", to), signal);
        sent += body.size;
        this.change(one, { sentBytes: sent });
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker));
    return again(() => api.post("/chats/{chat}/uploads/{upload}/finish", { path, body: {}, signal }), signal);
  }

  /** A new upload, or the one that broke off, if the server still has it. */
  private async begin({ file, place }: Sending, work: Work): Promise<Upload> {
    const { signal } = work.stop;
    const { chat } = place;
    if (work.upload) {
      try {
        const path = { chat, upload: work.upload.id };
        work.upload = await api.get("/chats/{chat}/uploads/{upload}", { path, signal });
        return work.upload;
      } catch (error) {
        if (!isApiError(error) || error.status !== 404) throw error;
        work.clientId = newKey();
      }
    }
    work.upload = await api.post("/chats/{chat}/uploads", {
      path: { chat },
      body: { name: file.name, size_bytes: file.size, client_id: work.clientId },
      signal,
    });
    return work.upload;
  }

  /** The content policy lets pictures in as data alone, so small ones are read. */
  private draw(one: Sending): void {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(one.file.type) || one.file.size > PREVIEW_BYTES) return;
    const reader = new FileReader();
    reader.onload = () => this.change(one, { preview: String(reader.result) });
    reader.readAsDataURL(one.file);
  }

  private forget(one: Sending): void {
    this.work.delete(one.key);
    this.set(
      one.place.key,
      this.of(one.place.key).filter((other) => other.key !== one.key),
    );
  }

  private change(one: Sending, patch: Partial<Sending>): void {
    this.set(
      one.place.key,
      this.of(one.place.key).map((other) => (other.key === one.key ? { ...other, ...patch } : other)),
    );
  }

  private set(place: string, list: readonly Sending[]): void {
    this.byPlace.set(place, list);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function missingParts(upload: Upload): number[] {
  const there = new Set(upload.received);
  return Array.from({ length: upload.parts }, (_, index) => index).filter((index) => !there.has(index));
}

function sizeOfPart(file: File, upload: Upload, index: number): number {
  return Math.max(0, Math.min(upload.part_bytes, file.size - index * upload.part_bytes));
}

/** Tries again what may pass, each time after a longer pause. */
async function again<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isApiError(error) || !error.passing || tried === TRIES) throw error;
      const wait = (error.retryAfterS ?? 0) * 1000 || FIRST_WAIT_MS * 2 ** (tried - 1);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

export const uploads = new Uploads();
whenSignedOut(() => uploads.clear());

export function useUploads(place: Place): readonly Sending[] {
  return useSyncExternalStore(uploads.listen, () => uploads.of(place.key));
}
