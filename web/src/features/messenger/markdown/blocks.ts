/** The lines of a message: paragraphs, quotes, lists, code. */

import { parseInline } from "./inline";
import type { Block, Item, List } from "./tree";

/** Deeper quotes and lists are text. */
const DEEPEST = 4;

export function parseMessage(text: string): Block[] {
  return blocksOf(text.replaceAll("\r\n", "\n").split("\n"), 0);
}

function blocksOf(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  const takeWhile = (fits: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && fits(lines[at] ?? "")) at += 1;
    return lines.slice(from, at);
  };
  let lastFence = lines.length;
  while (lastFence > 0 && !isFence(lines[lastFence - 1] ?? "")) lastFence -= 1;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") at += 1;
    else if (isFence(line) && at < lastFence - 1) {
      at += 1;
      const code = takeWhile((one) => !isFence(one));
      at += 1;
      blocks.push({ kind: "fence", text: code.join("\n"), language: line.trim().slice(3).trim() });
    } else if (isQuote(line) && depth < DEEPEST) {
      const quoted = takeWhile(isQuote).map((one) => one.replace(/^> ?/, ""));
      blocks.push({ kind: "quote", blocks: blocksOf(quoted, depth + 1) });
    } else if (bulletOf(line)) {
      blocks.push(...listsOf(takeWhile((one) => bulletOf(one) !== null)));
    } else {
      const text = [line];
      at += 1;
      text.push(
        ...takeWhile(
          (one) =>
            one.trim() !== "" && !(isFence(one) && at < lastFence - 1) && !isQuote(one) && !bulletOf(one),
        ),
      );
      blocks.push({ kind: "paragraph", lines: text.map(parseInline) });
    }
  }
  return blocks;
}

function isFence(line: string): boolean {
  return line.startsWith("```") && !line.includes("`", 3);
}

function isQuote(line: string): boolean {
  return line.startsWith(">");
}

interface Bullet {
  level: number;
  start: number | null;
  text: string;
}

/** `- one`, `* one`, `• one`, `1. one`, `1) one`, with two spaces or more for each level. */
function bulletOf(line: string): Bullet | null {
  let indent = 0;
  while (indent < 2 * DEEPEST && line[indent] === " ") indent += 1;
  const rest = line.slice(indent);
  const level = Math.floor(indent / 2);
  if (/^[-*•] \s*\S/.test(rest.slice(0, 80))) return { level, start: null, text: rest.slice(2).trim() };
  const numbered = /^(\d{1,9})[.)] \s*\S/.exec(rest.slice(0, 80));
  if (!numbered) return null;
  const digits = numbered[1] ?? "1";
  return { level, start: Number(digits), text: rest.slice(digits.length + 2).trim() };
}

function listsOf(lines: string[]): List[] {
  const lists: List[] = [];
  /** The list that is open on each level. */
  const open: List[] = [];
  for (const line of lines) {
    const bullet = bulletOf(line);
    if (!bullet) continue;
    const level = Math.min(bullet.level, open.length);
    const item: Item = { lines: [parseInline(bullet.text)], items: null };
    const there = open[level];
    open.length = Math.min(open.length, level + 1);
    if (there && (there.start === null) === (bullet.start === null)) {
      there.items.push(item);
      continue;
    }
    const list: List = { kind: "list", start: bullet.start, items: [item] };
    open[level] = list;
    const parent = level > 0 ? open[level - 1]?.items.at(-1) : undefined;
    if (parent && !parent.items) parent.items = list;
    else if (level === 0) lists.push(list);
    else open[level - 1]?.items.push(item);
  }
  return lists;
}
