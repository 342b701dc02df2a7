import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, lazy, type MouseEvent, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useAccount } from "@/app/session";
import { pictureOf, usePerson } from "@/features/people/public";
import { mentionsAccount } from "@/live";
import { type Anchor, anchorOf, FloatingMenu, IconPinned, Popup } from "@/ui";
import { react } from "../../talk";
import { Attachments } from "../files/Attachments";
import { nameElsewhere, sourceName } from "../imported";
import { useTalk } from "../talkContext";
import { MessageText } from "../text/MessageText";
import { useAttempt } from "../useAttempt";
import { CardView } from "./CardView";
import { Edited } from "./Edited";
import { Forwarded } from "./Forwarded";
import styles from "./message.module.css";
import { QuoteView } from "./QuoteView";
import { Reactions } from "./Reactions";
import { Recalled } from "./Recalled";
import { Receipt } from "./Receipt";
import { Shell } from "./Shell";
import { ThreadSummary } from "./ThreadSummary";
import { Toolbar } from "./Toolbar";
import { useActions } from "./useActions";

const EmojiPicker = lazy(async () => ({ default: (await import("../emoji/EmojiPicker")).EmojiPicker }));

export interface RowProps {
  message: Message;
  head: boolean;
  /** The one message of the list that Tab reaches. */
  current: boolean;
  lit: boolean;
  /** The newest of one's own: its receipt is always shown. */
  latestOwn: boolean;
  rowKey: string;
}

export function SentMessage({ message, head, current, lit, latestOwn, rowKey }: RowProps) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const attempt = useAttempt();
  const author = usePerson(message.author);
  const elsewhere = nameElsewhere(message);
  const me = useAccount();
  const talk = useTalk();
  const row = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  const [menu, setMenu] = useState<Anchor | null>(null);
  const [reacting, setReacting] = useState<Anchor | null>(null);
  const actions = useActions(message);
  const called = message.author !== me.id && mentionsAccount(message, me.id);
  const toggle = (emoji: string) => {
    const mine = message.reactions.find((one) => one.emoji === emoji)?.mine ?? false;
    void attempt(() => react(client, message, emoji, !mine));
  };
  const here = () => row.current && anchorOf(row.current);

  const press = (event: KeyboardEvent) => {
    if (event.target !== row.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const { act } = actions;
    const found = new Map<string, (() => void) | undefined>([
      ["r", act.reply],
      ["t", act.thread],
      ["e", act.edit],
      ["f", act.forward],
      ["p", act.pin],
      ["c", act.copy],
      ["l", actions.items.find((item) => item.key === "link")?.onPick],
      ["+", () => setReacting(here())],
      ["=", () => setReacting(here())],
      ["Enter", () => setMenu(here())],
      ["Delete", act.recall],
    ]).get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    found();
  };

  const context = (event: MouseEvent) => {
    const target = event.target as Element;
    // Links, pictures and a selection keep the browser's own menu.
    if (target.closest("a, img, textarea, pre") || window.getSelection()?.toString()) return;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    setMenu(x || y ? { left: x, right: x, top: y, bottom: y } : here());
  };

  return (
    <Shell
      rowRef={row}
      rowKey={rowKey}
      tabIndex={current ? 0 : -1}
      head={head}
      id={elsewhere ?? message.author}
      name={elsewhere ?? (author === undefined ? "…" : author?.name || t("unknown_person"))}
      picture={pictureOf(author)}
      at={message.sent_at}
      called={called}
      lit={lit}
      near={near || menu !== null || reacting !== null}
      onNear={setNear}
      onKeyDown={press}
      onContextMenu={context}
      marks={
        <>
          {head && message.imported && (
            <span className={styles.pinned}>
              {t("imported_from", { source: sourceName(message.imported.source) })}
            </span>
          )}
          {message.pinned && (
            <span className={styles.pinned}>
              <IconPinned size={14} aria-hidden="true" /> <PinnedWord />
            </span>
          )}
        </>
      }
    >
      {message.quote && <QuoteView quote={message.quote} />}
      <Body message={message} />
      {message.edits > 0 && message.kind === "text" && <Edited message={message} />}
      {message.reactions.length > 0 && (
        <Reactions message={message} onToggle={toggle} onAdd={(anchor) => setReacting(anchor)} />
      )}
      {message.replies && talk.thread === null && <ThreadSummary message={message} />}
      {message.author === me.id && message.kind !== "recalled" && (
        <Receipt message={message} shown={latestOwn} />
      )}
      {(near || menu !== null || reacting !== null) && (
        <Toolbar
          message={message}
          actions={actions}
          menuOpen={menu !== null}
          onReact={setReacting}
          onMenu={setMenu}
        />
      )}
      {menu && (
        <FloatingMenu
          anchor={menu}
          align="end"
          items={actions.items}
          label={t("message_actions")}
          onClose={() => setMenu(null)}
        />
      )}
      {reacting && (
        <Popup anchor={reacting} align="end" label={t("emoji_picker")} onClose={() => setReacting(null)}>
          <Suspense fallback={<div className={styles.pickerRoom} />}>
            <EmojiPicker
              onPick={(emoji) => {
                setReacting(null);
                toggle(emoji);
              }}
            />
          </Suspense>
        </Popup>
      )}
    </Shell>
  );
}

function PinnedWord() {
  const { t } = useTranslation("talk");
  return <>{t("pinned")}</>;
}

function Body({ message }: { message: Message }) {
  const { t } = useTranslation("messenger");
  switch (message.kind) {
    case "text":
      return (
        <>
          {message.body.text !== "" && <MessageText text={message.body.text} />}
          {message.body.files.length > 0 && <Attachments chat={message.chat} files={message.body.files} />}
        </>
      );
    case "forward":
      return <Forwarded chat={message.chat} items={message.body.items} />;
    case "card":
      return <CardView message={message} card={message.body} />;
    case "recalled":
      return <Recalled message={message} />;
    default:
      return <em>{t("unknown_kind")}</em>;
  }
}
