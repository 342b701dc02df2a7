import { describe, expect, it } from "vitest";
import { parseMessage } from "./blocks";
import { parseInline, safeAddress } from "./inline";
import { plainLine } from "./plain";

const text = (value: string) => ({ kind: "text", text: value });

describe("a line", () => {
  it("knows bold, italic, struck and code, also inside each other", () => {
    expect(parseInline("a **b *c*** `*d*` ~~e~~")).toEqual([
      text("a "),
      { kind: "strong", children: [text("b "), { kind: "emphasis", children: [text("c")] }] },
      text(" "),
      { kind: "code", text: "*d*" },
      text(" "),
      { kind: "strike", children: [text("e")] },
    ]);
  });

  it("works between Chinese characters", () => {
    expect(parseInline("请**务必**看")).toEqual([
      text("请"),
      { kind: "strong", children: [text("务必")] },
      text("看"),
    ]);
  });

  it.each(["2 * 3 * 4", "a ** b", "**open", "`open", "~~open", "[a](", "[a](b)", "@{}", "@{no way}", "****"])(
    "leaves %s as it is",
    (line) => {
      expect(plainLine(line, () => "?")).toBe(line);
    },
  );

  it("finds links and leaves the punctuation after them", () => {
    expect(parseInline("看 https://example.org/a_(b)，好吗？")).toEqual([
      text("看 "),
      { kind: "link", address: "https://example.org/a_(b)", label: null },
      text("，好吗？"),
    ]);
    expect(parseInline("(https://example.org/b).")[1]).toMatchObject({ address: "https://example.org/b" });
    expect(parseInline("[**here**](https://example.org)")).toEqual([
      {
        kind: "link",
        address: "https://example.org",
        label: [{ kind: "strong", children: [text("here")] }],
      },
    ]);
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JavaScript:alert(1))",
    "[x](data:text/html,<script>)",
    "[x](//evil.example)",
    "[x](https:evil)",
    "[x](java\tscript:alert(1))",
    "javascript:alert(1)",
    "<img src=x onerror=alert(1)>",
    "[x](https://[bad)",
  ])("makes no link of %s", (line) => {
    const links: unknown[] = [];
    for (const node of parseInline(line)) if (node.kind === "link") links.push(node);
    expect(links).toEqual([]);
  });

  it("takes no address that is not of the web", () => {
    for (const bad of ["javascript:1", "ftp://a", "https://", "http:///x", " https://a.b", "file:///etc"]) {
      expect(safeAddress(bad)).toBeNull();
    }
  });
});

describe("lines together", () => {
  it("are paragraphs, quotes, lists and code", () => {
    const blocks = parseMessage("one\ntwo\n\n> said\n> so\n- a\n  1. b\n- c\n```rust\nfn **x**\n```\nend");
    expect(blocks.map((block) => block.kind)).toEqual(["paragraph", "quote", "list", "fence", "paragraph"]);
    expect(blocks[0]).toMatchObject({ lines: [[text("one")], [text("two")]] });
    expect(blocks[2]).toMatchObject({ start: null, items: [{ items: { start: 1 } }, { items: null }] });
    expect(blocks[3]).toEqual({ kind: "fence", text: "fn **x**", language: "rust" });
  });

  it("start a numbered list where its author does", () => {
    expect(parseMessage("7. seven\n8. eight")[0]).toMatchObject({ kind: "list", start: 7 });
  });

  it("keep a fence that is never closed as text", () => {
    expect(plainLine("```\nnot code", () => "?")).toBe("``` not code");
  });
});

describe("time", () => {
  const hostile: [string, string][] = [
    ["openers", "**a *b ~~c ".repeat(4000)],
    ["closers", "a** b* c~~ ".repeat(4000)],
    ["stars", "*".repeat(40_000)],
    ["brackets", "[".repeat(40_000)],
    ["labels", "[a](".repeat(10_000)],
    ["open labels before one end", `${"[a".repeat(15_000)}](https://a.example`],
    ["brackets in addresses", `[a](https://${"(".repeat(20_000)}`],
    ["ticks", "`a".repeat(20_001)],
    ["mentions", "@{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".repeat(1500)],
    ["addresses", "https://a".repeat(5000)],
    ["dots behind an address", `https://a.example/${".".repeat(40_000)}`],
    ["quotes", `${">".repeat(40_000)}`],
    ["quoted lines", `${">>>>>> a\n".repeat(5000)}`],
    ["fences", "```\n".repeat(10_001)],
    ["lists", "        - a\n- b\n".repeat(2500)],
    ["spaces", `-${" ".repeat(40_000)}a`],
  ];
  it.each(hostile)("stays short for many %s", (_, given) => {
    const begun = performance.now();
    parseMessage(given);
    expect(performance.now() - begun).toBeLessThan(700);
  });
});
