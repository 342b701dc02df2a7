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
import { mayForward, useTalk } from "../talkContext";
import { MessageText } from "../text/MessageText";
import { useAttempt } from "../useAttempt";
import { CardView } from "./CardView";
import { Edited } from "./Edited";
import { Forwarded } from "./Forwarded";
import styles from "./message.module.css";
import { Pick } from "./Pick";
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
  const name = elsewhere ?? (author === undefined ? "…" : author?.name || t("unknown_person"));
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
  const picking = talk.picked !== null;
  const isPicked = talk.picked?.some((one) => one.id === message.id) ?? false;
  const busy = menu !== null || reacting !== null;

  const press = (event: KeyboardEvent) => {
    if (event.target !== row.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const { act } = actions;
    const pick = mayForward(message) ? () => talk.pick(message) : undefined;
    const whilePicking: [string, (() => void) | undefined][] = [
      ["s", pick],
      [" ", pick],
      ["Enter", pick],
    ];
    const otherwise: [string, (() => void) | undefined][] = [
      ["r", act.reply],
      ["t", act.thread],
      ["e", act.edit],
      ["f", act.forward],
      ["s", act.select],
      ["p", act.pin],
      ["c", act.copy],
      ["l", actions.items.find((item) => item.key === "link")?.onPick],
      ["+", () => setReacting(here())],
      ["=", () => setReacting(here())],
      ["Enter", () => setMenu(here())],
      ["Delete", act.recall],
    ];
    const found = new Map(picking ? whilePicking : otherwise).get(
      event.key.length === 1 ? event.key.toLowerCase() : event.key,
    );
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    found();
  };

  const context = (event: MouseEvent) => {
    const target = event.target as Element;
    if (picking) return;
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
      name={name}
      picture={pictureOf(author)}
      at={message.sent_at}
      called={called}
      lit={lit}
      near={near || busy}
      onNear={setNear}
      onKeyDown={press}
      onContextMenu={context}
      picked={isPicked}
      pick={picking && <Pick message={message} name={name} tabIndex={current ? 0 : -1} />}
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
      {!picking && (near || busy) && (
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
      return <CardView message={message} shown={message.body} />;
    case "recalled":
      return <Recalled message={message} />;
    default:
      return <em>{t("unknown_kind")}</em>;
  }
}
