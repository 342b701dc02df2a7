/**
 * One line of text: bold, italic, struck, code, links, mentions.
 *
 * It walks over the line once. Every look ahead either ends at once, is remembered, or is jumped over, so that time
 * grows with the length of the line whatever somebody writes.
 */

import type { Inline } from "./tree";

type Style = "strong" | "emphasis" | "strike";

interface Open {
  style: Style;
  mark: string;
  children: Inline[];
}

const LONGEST_ACCOUNT = 64;
/** Punctuation that ends a sentence rather than an address. */
const AFTER_ADDRESS = ".,;:!?'*~";
const NOT_IN_ADDRESS = /[\s<>"`[\]{}|\\^，。；：！？、（）【】「」《》“”]/;

export function parseInline(line: string): Inline[] {
  return new Scanner(line).run();
}

class Scanner {
  private at = 0;
  private textFrom = 0;
  private readonly root: Inline[] = [];
  private readonly open: Open[] = [];
  /** Where `](` comes next, as far as that is known. */
  private labelEnd = -1;

  constructor(private readonly line: string) {}

  run(): Inline[] {
    while (this.at < this.line.length) if (!this.step()) this.at += 1;
    this.endText();
    while (this.open.length > 0) this.giveUp();
    return this.root;
  }

  /** Whether something was taken; otherwise the letter is a letter. */
  private step(): boolean {
    switch (this.line[this.at]) {
      case "`":
        return this.code();
      case "*":
        return this.stars();
      case "~":
        return this.line.startsWith("~~", this.at) && this.style("strike", "~~");
      case "@":
        return this.mention();
      case "[":
        return this.labelled();
      case "h":
        return this.bare();
      default:
        return false;
    }
  }

  private code(): boolean {
    const end = this.line.indexOf("`", this.at + 1);
    if (end < 0) {
      // No other one follows, so that nothing is searched twice.
      return false;
    }
    if (end === this.at + 1) return this.skip(2);
    return this.take({ kind: "code", text: this.line.slice(this.at + 1, end) }, end + 1);
  }

  private stars(): boolean {
    // Of three in a row the first closes what was opened last.
    const closesInner = this.line.startsWith("***", this.at) && this.open.at(-1)?.style === "emphasis";
    const two = this.line.startsWith("**", this.at) && !closesInner;
    return two ? this.style("strong", "**") : this.style("emphasis", "*");
  }

  private style(style: Style, mark: string): boolean {
    const before = this.line[this.at - 1] ?? " ";
    const after = this.line[this.at + mark.length] ?? " ";
    const at = this.open.findIndex((one) => one.style === style);
    if (at >= 0 && !/\s/.test(before)) {
      this.endText();
      while (this.open.length > at + 1) this.giveUp();
      const closed = this.open.pop();
      if (closed && closed.children.length > 0) this.put({ kind: style, children: closed.children });
      else this.put({ kind: "text", text: mark + mark });
      return this.jump(mark.length);
    }
    if (at >= 0 || /\s/.test(after)) return this.skip(mark.length);
    this.endText();
    this.open.push({ style, mark, children: [] });
    return this.jump(mark.length);
  }

  private mention(): boolean {
    if (this.line[this.at + 1] !== "{") return false;
    let end = this.at + 2;
    while (end - this.at <= LONGEST_ACCOUNT && /[A-Za-z0-9_-]/.test(this.line[end] ?? "")) end += 1;
    if (this.line[end] !== "}" || end === this.at + 2) return false;
    return this.take({ kind: "mention", account: this.line.slice(this.at + 2, end) }, end + 1);
  }

  private labelled(): boolean {
    if (this.labelEnd < this.at && this.labelEnd !== Number.POSITIVE_INFINITY) {
      const found = this.line.indexOf("](", this.at);
      this.labelEnd = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    const end = this.labelEnd;
    if (end === Number.POSITIVE_INFINITY || end === this.at + 1) return false;
    const inner = this.line.indexOf("[", this.at + 1);
    if (inner >= 0 && inner < end) return false;
    const close = this.endOfTarget(end + 2);
    const address = close < 0 ? null : safeAddress(this.line.slice(end + 2, close));
    if (!address) return false;
    const label = withoutLinks(parseInline(this.line.slice(this.at + 1, end)));
    return this.take({ kind: "link", address, label }, close + 1);
  }

  /** The bracket that closes an address; brackets inside an address come in pairs. */
  private endOfTarget(from: number): number {
    let depth = 0;
    for (let at = from; at < this.line.length; at += 1) {
      const letter = this.line[at] ?? "";
      if (letter === "(") depth += 1;
      else if (letter === ")" && depth > 0) depth -= 1;
      else if (letter === ")") return at;
      else if (NOT_IN_ADDRESS.test(letter)) return -1;
    }
    return -1;
  }

  private bare(): boolean {
    const { line, at } = this;
    if (!line.startsWith("http://", at) && !line.startsWith("https://", at)) return false;
    if (/[A-Za-z0-9]/.test(line[at - 1] ?? "")) return false;
    let end = at;
    let depth = 0;
    for (; end < line.length; end += 1) {
      const letter = line[end] ?? "";
      if (NOT_IN_ADDRESS.test(letter)) break;
      if (letter === "(") depth += 1;
      else if (letter === ")" && depth === 0) break;
      else if (letter === ")") depth -= 1;
    }
    while (end > at && AFTER_ADDRESS.includes(line[end - 1] ?? "")) end -= 1;
    const text = line.slice(at, end);
    return safeAddress(text)
      ? this.take({ kind: "link", address: text, label: null }, end)
      : this.skip(end - at);
  }

  private take(node: Inline, to: number): boolean {
    this.endText();
    this.put(node);
    return this.jump(to - this.at);
  }

  private jump(by: number): boolean {
    this.at += by;
    this.textFrom = this.at;
    return true;
  }

  /** Goes on behind letters that are no more than letters. */
  private skip(by: number): boolean {
    this.at += Math.max(1, by);
    return true;
  }

  private endText(): void {
    if (this.at > this.textFrom) this.put({ kind: "text", text: this.line.slice(this.textFrom, this.at) });
    this.textFrom = this.at;
  }

  private put(node: Inline): void {
    (this.open.at(-1)?.children ?? this.root).push(node);
  }

  /** A mark that nothing closes is text. */
  private giveUp(): void {
    const given = this.open.pop();
    if (!given) return;
    this.put({ kind: "text", text: given.mark });
    for (const child of given.children) this.put(child);
  }
}

function withoutLinks(nodes: Inline[]): Inline[] {
  return nodes.map((node) => {
    if (node.kind === "link") return { kind: "text", text: node.address };
    return "children" in node ? { ...node, children: withoutLinks(node.children) } : node;
  });
}

/** Only the web: no scripts, no data, nothing of this machine. */
export function safeAddress(text: string): string | null {
  if (!/^https?:\/\/[^/]/i.test(text)) return null;
  try {
    const { protocol } = new URL(text);
    return protocol === "http:" || protocol === "https:" ? text : null;
  } catch {
    return null;
  }
}
