import { Fragment, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { parseMessage } from "../../markdown/blocks";
import type { Block, Inline, List } from "../../markdown/tree";
import { mentionedIn } from "../../mentions";
import { CodeBlock } from "./CodeBlock";
import { MessageLink, messageOf } from "./MessageLink";
import styles from "./text.module.css";

/** A few emoji and nothing else are drawn large. */
const FEW_EMOJI =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D|\p{Emoji_Modifier}|\p{Extended_Pictographic})*\s?){1,3}$/u;

/** The words of a message, with their marks drawn. Every part is an element of ours: there is no way in for HTML. */
export function MessageText({ text }: { text: string }) {
  const blocks = useMemo(() => parseMessage(text), [text]);
  const names = useNames(useMemo(() => mentionedIn(text), [text]));
  const large = text.length < 40 && FEW_EMOJI.test(text.trim());
  return (
    <div className={styles.text} data-large={large ? "" : undefined}>
      <Blocks blocks={blocks} names={names} />
    </div>
  );
}

type Names = ReadonlyMap<string, string>;

function Blocks({ blocks, names }: { blocks: Block[]; names: Names }) {
  return keyed(blocks, (block) => <BlockView block={block} names={names} />);
}

/** The parts of a text have no names of their own, and never change places. */
function keyed<T>(parts: readonly T[], draw: (part: T, index: number) => React.ReactNode) {
  return parts.map((part, index) => {
    const key = index;
    return <Fragment key={key}>{draw(part, index)}</Fragment>;
  });
}

function BlockView({ block, names }: { block: Block; names: Names }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p>
          <LinesView lines={block.lines} names={names} />
        </p>
      );
    case "quote":
      return (
        <blockquote className={styles.quote}>
          <Blocks blocks={block.blocks} names={names} />
        </blockquote>
      );
    case "fence":
      return <CodeBlock text={block.text} language={block.language} />;
    case "list":
      return <ListView list={block} names={names} />;
  }
}

function LinesView({ lines, names }: { lines: Inline[][]; names: Names }) {
  return keyed(lines, (line, index) => (
    <>
      {index > 0 && <br />}
      <Inlines nodes={line} names={names} />
    </>
  ));
}

function ListView({ list, names }: { list: List; names: Names }) {
  const items = keyed(list.items, (item) => (
    <li>
      <LinesView lines={item.lines} names={names} />
      {item.items && <ListView list={item.items} names={names} />}
    </li>
  ));
  return list.start === null ? (
    <ul className={styles.list}>{items}</ul>
  ) : (
    <ol className={styles.list} start={list.start}>
      {items}
    </ol>
  );
}

function Inlines({ nodes, names }: { nodes: Inline[]; names: Names }) {
  return keyed(nodes, (node) => <InlineView node={node} names={names} />);
}

function InlineView({ node, names }: { node: Inline; names: Names }) {
  switch (node.kind) {
    case "text":
      return node.text;
    case "strong":
      return (
        <strong>
          <Inlines nodes={node.children} names={names} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines nodes={node.children} names={names} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Inlines nodes={node.children} names={names} />
        </s>
      );
    case "code":
      return <code className={styles.code}>{node.text}</code>;
    case "mention":
      return <Mention account={node.account} names={names} />;
    case "link": {
      const target = node.label ? null : messageOf(node.address);
      if (target) return <MessageLink {...target} />;
      return (
        <a href={node.address} target="_blank" rel="noopener noreferrer" title={node.address}>
          {node.label ? <Inlines nodes={node.label} names={names} /> : node.address}
        </a>
      );
    }
  }
}

function Mention({ account, names }: { account: string; names: Names }) {
  const { t } = useTranslation("messenger");
  const me = useAccount();
  const own = account === me.id || account === "all";
  const name = account === "all" ? t("mention.all") : (names.get(account) ?? "…");
  return (
    <span className={styles.mention} data-own={own ? "" : undefined}>
      @{name}
    </span>
  );
}
