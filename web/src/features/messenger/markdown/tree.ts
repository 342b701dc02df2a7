/** What a message's text comes to. There is no node for HTML: what looks like it stays text. */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "emphasis" | "strike"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "mention"; account: string }
  | { kind: "link"; address: string; label: Inline[] | null };

/** Lines of one paragraph: each ends where the person pressed Enter. */
export type Lines = Inline[][];

export interface Item {
  lines: Lines;
  items: List | null;
}

export interface List {
  kind: "list";
  /** The first number of an ordered list; null for bullets. */
  start: number | null;
  items: Item[];
}

export type Block =
  | { kind: "paragraph"; lines: Lines }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "fence"; text: string; language: string }
  | List;
