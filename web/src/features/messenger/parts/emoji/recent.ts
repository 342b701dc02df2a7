/** The emoji that were used last on this browser. */

const STORAGE = "bastide.emoji";
const MOST = 18;
/** What stands there before anything was used. */
const USUAL = ["👍", "❤️", "😂", "🎉", "🙏", "👀", "✅", "😮", "😢"];

export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE) ?? "[]");
    const used = Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
    return [...new Set([...used, ...USUAL])].slice(0, MOST);
  } catch {
    return USUAL;
  }
}

export function noteEmoji(emoji: string): void {
  const kept = [emoji, ...recentEmoji().filter((one) => one !== emoji)].slice(0, MOST);
  try {
    localStorage.setItem(STORAGE, JSON.stringify(kept));
  } catch {
    // Then the usual ones stay first.
  }
}
