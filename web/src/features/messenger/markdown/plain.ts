/** A message's text as one line without marks: for lists, toasts, quotes and what is announced. */

import { parseMessage } from "./blocks";
import type { Block, Inline, List } from "./tree";

export function plainLine(text: string, nameOf: (account: string) => string): string {
  const inline = (nodes: readonly Inline[]): string =>
    nodes
      .map((node) => {
        if (node.kind === "mention") return `@${nameOf(node.account)}`;
        if (node.kind === "link") return node.label ? inline(node.label) : node.address;
        return "children" in node ? inline(node.children) : node.text;
      })
      .join("");
  const list = (one: List): string =>
    one.items
      .map((item) => item.lines.map(inline).join(" ") + (item.items ? ` ${list(item.items)}` : ""))
      .join(" ");
  const block = (one: Block): string => {
    if (one.kind === "paragraph") return one.lines.map(inline).join(" ");
    if (one.kind === "quote") return one.blocks.map(block).join(" ");
    return one.kind === "fence" ? one.text : list(one);
  };
  return parseMessage(text).map(block).join(" ").replace(/\s+/g, " ").trim();
}
