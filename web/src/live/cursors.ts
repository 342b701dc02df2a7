/**
 * How far this browser has followed each chat.
 *
 * Change numbers are gapless per chat, so the book can tell a repeat from the
 * next change and from a hole, and a hole is asked for instead of guessed.
 */
export class CursorBook {
  private readonly seen = new Map<string, number>();

  /** Takes a number that came with the chat itself; never moves a known cursor. Answers whether it was news. */
  learn(topic: string, change: number): boolean {
    if (this.seen.has(topic)) return false;
    this.seen.set(topic, change);
    return true;
  }

  /** Files one change and says what it was. Only `next` may be applied. */
  file(topic: string, change: number): "next" | "repeat" | "gap" {
    const last = this.seen.get(topic);
    if (last !== undefined && change <= last) return "repeat";
    if (last !== undefined && change > last + 1) return "gap";
    this.seen.set(topic, change);
    return "next";
  }

  /** The topic is to be fetched again; whatever comes next is taken as it is. */
  forget(topic: string): void {
    this.seen.delete(topic);
  }

  clear(): void {
    this.seen.clear();
  }

  of(topic: string): number {
    return this.seen.get(topic) ?? 0;
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.seen);
  }
}
