/** What the buttons above the writing box do to its text. Texts in, texts out. */

export interface Typed {
  text: string;
  /** What is selected; both ends are the caret when nothing is. */
  start: number;
  end: number;
}

export type Format =
  | "strong"
  | "emphasis"
  | "strike"
  | "code"
  | "link"
  | "quote"
  | "bullets"
  | "numbers"
  | "fence";

const MARKS = { strong: "**", emphasis: "*", strike: "~~", code: "`" } as const;

export function applyFormat(typed: Typed, format: Format): Typed {
  switch (format) {
    case "strong":
    case "emphasis":
    case "strike":
    case "code":
      return wrap(typed, MARKS[format]);
    case "link":
      return link(typed);
    case "quote":
      return prefix(typed, () => "> ", /^> ?/);
    case "bullets":
      return prefix(typed, () => "- ", /^- /);
    case "numbers":
      return prefix(typed, (index) => `${index + 1}. `, /^\d+\. /);
    case "fence":
      return fence(typed);
  }
}

/** Puts marks around what is selected, or takes them away. */
function wrap({ text, start, end }: Typed, mark: string): Typed {
  const picked = text.slice(start, end);
  const inner = picked.trim();
  const from = start + picked.length - picked.trimStart().length;
  const to = from + inner.length;
  const length = mark.length;
  const outside =
    text.slice(from - length, from) === mark &&
    text.slice(to, to + length) === mark &&
    isWhole(text, from, mark);
  if (outside) {
    return {
      text: text.slice(0, from - length) + inner + text.slice(to + length),
      start: from - length,
      end: to - length,
    };
  }
  return {
    text: text.slice(0, from) + mark + inner + mark + text.slice(to),
    start: from + length,
    end: to + length,
  };
}

/** One star is not the half of two. */
function isWhole(text: string, from: number, mark: string): boolean {
  return mark !== "*" || text.slice(from - 2, from) !== "**" || text.slice(from - 3, from) === "***";
}

function link({ text, start, end }: Typed): Typed {
  const picked = text.slice(start, end);
  if (/^https?:\/\/\S+$/.test(picked)) {
    const next = `${text.slice(0, start)}[](${picked})${text.slice(end)}`;
    return { text: next, start: start + 1, end: start + 1 };
  }
  const next = `${text.slice(0, start)}[${picked}](https://)${text.slice(end)}`;
  const address = start + picked.length + 3;
  return { text: next, start: address, end: address + "https://".length };
}

/** Begins every selected line with something, or takes that away from all. */
function prefix({ text, start, end }: Typed, mark: (index: number) => string, known: RegExp): Typed {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split("\n");
  const all = lines.every((line) => known.test(line));
  const changed = lines.map((line, index) => (all ? line.replace(known, "") : mark(index) + line)).join("\n");
  const shown = text.slice(0, from) + changed + text.slice(to);
  const caret = from + changed.length;
  return start === end ? { text: shown, start: caret, end: caret } : { text: shown, start: from, end: caret };
}

function fence({ text, start, end }: Typed): Typed {
  const before = start > 0 && text[start - 1] !== "\n" ? "\n" : "";
  const after = end < text.length && text[end] !== "\n" ? "\n" : "";
  const opening = `${before}\`\`\`\n`;
  const picked = text.slice(start, end);
  return {
    text: `${text.slice(0, start)}${opening}${picked}\n\`\`\`${after}${text.slice(end)}`,
    start: start + opening.length,
    end: start + opening.length + picked.length,
  };
}

/** A new line in a list or a quote goes on with it; on an empty one it ends. Null elsewhere. */
export function continueLine({ text, start, end }: Typed): Typed | null {
  if (start !== end) return null;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(from, start);
  const mark = /^( {0,8})(- |> |(\d{1,6})\. )/.exec(line);
  if (!mark) return null;
  if (line.length === mark[0].length) {
    return { text: text.slice(0, from) + text.slice(start), start: from, end: from };
  }
  const next = mark[3] ? `${mark[1]}${Number(mark[3]) + 1}. ` : mark[0];
  const caret = start + 1 + next.length;
  return { text: `${text.slice(0, start)}\n${next}${text.slice(start)}`, start: caret, end: caret };
}

/** Which format a press of keys means. */
export function formatOf(event: {
  key: string;
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}): Format | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const plain: Record<string, Format> = { b: "strong", i: "emphasis", e: "code", k: "link" };
  const shifted: Record<string, Format> = {
    KeyX: "strike",
    Digit7: "numbers",
    Digit8: "bullets",
    Digit9: "quote",
  };
  return (event.shiftKey ? shifted[event.code ?? ""] : plain[event.key.toLowerCase()]) ?? null;
}
