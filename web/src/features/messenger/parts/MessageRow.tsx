import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Message, SystemBody } from "@/api";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { useAccount } from "@/app/session";
import { pictureOf, usePerson } from "@/features/people/public";
import { mentionsAccount } from "@/live";
import { Avatar, Button, IconAlertTriangle, IconClock } from "@/ui";
import { outbox, type Pending } from "../outbox";
import { SystemLine } from "./lines";
import { MessageText } from "./MessageText";
import styles from "./message.module.css";
import type { ConversationRow } from "./rows";

export function RowView({ row, chatName }: { row: ConversationRow; chatName: string }) {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  switch (row.kind) {
    case "start":
      return <p className={styles.start}>{t("history.start", { name: chatName })}</p>;
    case "day":
      return (
        <div className={styles.day}>
          <span>{format.day(row.at)}</span>
        </div>
      );
    case "unread":
      return (
        <div className={styles.unread} id="first-unread">
          <span>{t("history.unread")}</span>
        </div>
      );
    case "system":
      return (
        <p className={styles.system}>
          <SystemLine body={row.message.body as SystemBody} author={row.message.author} />
          <time dateTime={row.message.sent_at} title={format.full(row.message.sent_at)}>
            {format.clock(row.message.sent_at)}
          </time>
        </p>
      );
    case "message":
      return <Sent message={row.message} head={row.head} />;
    case "pending":
      return <OnItsWay entry={row.entry} head={row.head} />;
  }
}

function Sent({ message, head }: { message: Message; head: boolean }) {
  const { t } = useTranslation("messenger");
  const author = usePerson(message.author);
  const me = useAccount();
  const body = message.body;
  const text = "text" in body ? String(body.text) : "";
  const called = message.author !== me.id && mentionsAccount(message, me.id);
  return (
    <Shell
      head={head}
      id={message.author}
      name={author === undefined ? "…" : author?.name || t("unknown_person")}
      picture={pictureOf(author)}
      at={message.sent_at}
      called={called}
    >
      {message.kind === "unknown" ? <em>{t("unknown_kind")}</em> : <MessageText text={text} />}
    </Shell>
  );
}

function OnItsWay({ entry, head }: { entry: Pending; head: boolean }) {
  const { t } = useTranslation("messenger");
  const me = useAccount();
  const explain = useExplain();
  return (
    <Shell head={head} id={me.id} name={me.name} picture={pictureOf(me)} at={entry.at} state={entry.state}>
      <MessageText text={entry.text} />
      {entry.state === "waiting" && (
        <p className={styles.note}>
          <IconClock size={14} aria-hidden="true" /> {t("pending.waiting")}
        </p>
      )}
      {entry.state === "failed" && (
        <div className={styles.failed} role="alert">
          <IconAlertTriangle size={14} aria-hidden="true" />
          <span>{t("pending.failed", { why: explain(entry.error).text })}</span>
          <Button size="small" onClick={() => outbox.retry(entry)}>
            {t("retry")}
          </Button>
          <Button size="small" look="plain" onClick={() => outbox.discard(entry)}>
            {t("pending.discard")}
          </Button>
        </div>
      )}
    </Shell>
  );
}

interface ShellProps {
  head: boolean;
  id: string;
  name: string;
  picture: string | null;
  at: string;
  called?: boolean;
  state?: Pending["state"];
  children: ReactNode;
}

function Shell({ head, id, name, picture, at, called, state, children }: ShellProps) {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  const time = (
    <time className={styles.time} dateTime={at} title={format.full(at)}>
      {format.clock(at)}
    </time>
  );
  return (
    <article
      className={styles.message}
      data-head={head ? "" : undefined}
      data-called={called ? "" : undefined}
      data-state={state}
      aria-label={t("message_by", { name, time: format.clock(at) })}
    >
      <div className={styles.margin}>
        {head ? (
          <Avatar id={id} name={name} picture={picture} />
        ) : (
          <span className={styles.hoverTime}>{time}</span>
        )}
      </div>
      <div className={styles.content}>
        {head && (
          <header className={styles.byline}>
            <span className={styles.author}>{name}</span>
            {time}
          </header>
        )}
        <div className={styles.text}>{children}</div>
      </div>
    </article>
  );
}
