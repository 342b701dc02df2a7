/** What the stream tells once and nobody keeps: who types, and who is there. */

import { useEffect, useSyncExternalStore } from "react";

/** A typist who has not been heard of for so long has stopped. */
const TYPING_MS = 6000;
/** Others are told at most this often that one types. */
const TELL_MS = 3000;
/** How many accounts the server lets one socket watch. */
const WATCHED_MOST = 200;
const SETTLE_MS = 150;
const NOBODY: readonly string[] = [];

type Sender = (frame: { type: "typing"; chat: string } | { type: "watch"; accounts: string[] }) => void;

export class Fleeting {
  private typists = new Map<string, readonly string[]>();
  private stops = new Map<string, ReturnType<typeof setTimeout>>();
  private present = new Map<string, boolean>();
  private wanted = new Map<string, number>();
  private toldAt = new Map<string, number>();
  private listeners = new Set<() => void>();
  private settling: ReturnType<typeof setTimeout> | undefined;
  private send: Sender = () => {};

  readonly listen = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** A socket is ready: it knows nothing of what was watched before. */
  attach(send: Sender): void {
    this.send = send;
    this.watchNow();
  }

  clear(): void {
    for (const timer of this.stops.values()) clearTimeout(timer);
    for (const map of [this.typists, this.stops, this.present, this.toldAt]) map.clear();
    this.send = () => {};
    this.tell();
  }

  typistsIn(chat: string): readonly string[] {
    return this.typists.get(chat) ?? NOBODY;
  }

  /** Undefined is «not known». */
  isPresent(account: string): boolean | undefined {
    return this.present.get(account);
  }

  heardTyping(chat: string, account: string): void {
    const key = `${chat}/${account}`;
    clearTimeout(this.stops.get(key));
    this.stops.set(
      key,
      setTimeout(() => this.stopped(chat, account), TYPING_MS),
    );
    const now = this.typistsIn(chat);
    if (now.includes(account)) return;
    this.typists.set(chat, [...now, account]);
    this.tell();
  }

  /** Whoever has sent what they typed, types no more. */
  stopped(chat: string, account: string): void {
    const now = this.typistsIn(chat);
    if (!now.includes(account)) return;
    this.typists.set(
      chat,
      now.filter((one) => one !== account),
    );
    this.tell();
  }

  heardPresence(account: string, isPresent: boolean): void {
    if (this.present.get(account) === isPresent) return;
    this.present.set(account, isPresent);
    this.tell();
  }

  /** Tells the others of a chat that one types, now and then. */
  type(chat: string): void {
    const now = Date.now();
    if (now - (this.toldAt.get(chat) ?? 0) < TELL_MS) return;
    this.toldAt.set(chat, now);
    this.send({ type: "typing", chat });
  }

  /** The next letter is a beginning again. */
  sent(chat: string): void {
    this.toldAt.delete(chat);
  }

  watch(account: string): () => void {
    this.wanted.set(account, (this.wanted.get(account) ?? 0) + 1);
    this.settle();
    return () => {
      const left = (this.wanted.get(account) ?? 1) - 1;
      if (left > 0) this.wanted.set(account, left);
      else this.wanted.delete(account);
      this.settle();
    };
  }

  /** Rows come and go by the dozen while somebody scrolls: one word is enough for all. */
  private settle(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.watchNow(), SETTLE_MS);
  }

  private watchNow(): void {
    const accounts = [...this.wanted.keys()].slice(0, WATCHED_MOST);
    this.send({ type: "watch", accounts });
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const fleeting = new Fleeting();

export function useTypists(chat: string): readonly string[] {
  return useSyncExternalStore(fleeting.listen, () => fleeting.typistsIn(chat));
}

/** Whether somebody is there; undefined while that is not known. */
export function usePresence(account: string | undefined): boolean | undefined {
  useEffect(() => (account ? fleeting.watch(account) : undefined), [account]);
  return useSyncExternalStore(fleeting.listen, () => (account ? fleeting.isPresent(account) : undefined));
}
