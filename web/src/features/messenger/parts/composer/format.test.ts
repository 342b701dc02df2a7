import { describe, expect, it } from "vitest";
import { applyFormat, continueLine, type Format, formatOf, type Typed } from "./format";

/** `a [b] c` is a text with b selected, `a |b` one with the caret before b. */
function typed(shown: string): Typed {
  const caret = shown.indexOf("|");
  if (caret >= 0) return { text: shown.replace("|", ""), start: caret, end: caret };
  const start = shown.indexOf("‹");
  const end = shown.indexOf("›") - 1;
  return { text: shown.replace(/[‹›]/g, ""), start, end };
}

function show({ text, start, end }: Typed): string {
  if (start === end) return `${text.slice(0, start)}|${text.slice(start)}`;
  return `${text.slice(0, start)}‹${text.slice(start, end)}›${text.slice(end)}`;
}

describe("formats", () => {
  it.each<[Format, string, string]>([
    ["strong", "a ‹b› c", "a **‹b›** c"],
    ["strong", "a **‹b›** c", "a ‹b› c"],
    ["strong", "a ‹b › c", "a **‹b›**  c"],
    ["emphasis", "**‹b›**", "***‹b›***"],
    ["emphasis", "***‹b›***", "**‹b›**"],
    ["code", "|", "`|`"],
    ["link", "see ‹this›", "see [this](‹https://›)"],
    ["link", "‹https://a.example›", "[|](https://a.example)"],
    ["bullets", "a\n‹b\nc›", "a\n‹- b\n- c›"],
    ["bullets", "‹- b\n- c›", "‹b\nc›"],
    ["numbers", "‹b\nc›", "‹1. b\n2. c›"],
    ["quote", "a|", "> a|"],
    ["fence", "a ‹b›", "a \n```\n‹b›\n```"],
  ])("%s: %s", (format, before, after) => {
    expect(show(applyFormat(typed(before), format))).toBe(after);
  });

  it("have keys", () => {
    const press = (key: string, code: string, shiftKey = false) =>
      formatOf({ key, code, ctrlKey: true, metaKey: false, altKey: false, shiftKey });
    expect(press("b", "KeyB")).toBe("strong");
    expect(press("X", "KeyX", true)).toBe("strike");
    expect(press("B", "KeyB", true)).toBeNull();
  });
});

describe("a new line", () => {
  it.each([
    ["- a|", "- a\n- |"],
    ["  3. a|", "  3. a\n  4. |"],
    ["> a|", "> a\n> |"],
    ["- a\n- |", "- a\n|"],
  ])("after %s", (before, after) => {
    expect(show(continueLine(typed(before)) as Typed)).toBe(after);
  });

  it("is a plain one elsewhere", () => {
    expect(continueLine(typed("a|"))).toBeNull();
  });
});
