import { useTranslation } from "react-i18next";
import { useFormat } from "@/app/format";
import { SystemLine } from "./lines";
import styles from "./message/message.module.css";
import { PendingMessage } from "./message/PendingMessage";
import { SentMessage } from "./message/SentMessage";
import type { ConversationRow } from "./rows";

interface Props {
  row: ConversationRow;
  chatName: string;
  current: boolean;
  lit: boolean;
  latestOwn: boolean;
}

export function RowView({ row, chatName, ...marks }: Props) {
  const { t } = useTranslation("messenger");
  const { t: talk } = useTranslation("talk");
  const format = useFormat();
  switch (row.kind) {
    case "start":
      return <p className={styles.start}>{t("history.start", { name: chatName })}</p>;
    case "root":
      return (
        <>
          <SentMessage {...marks} message={row.message} head rowKey={row.key} />
          <p className={styles.rootEnd}>
            {talk("thread.replies", { count: row.message.replies?.count ?? 0 })}
          </p>
        </>
      );
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
          {row.message.kind === "system" && (
            <SystemLine body={row.message.body} author={row.message.author} />
          )}
          <time dateTime={row.message.sent_at} title={format.full(row.message.sent_at)}>
            {format.clock(row.message.sent_at)}
          </time>
        </p>
      );
    case "message":
      return <SentMessage {...marks} message={row.message} head={row.head} rowKey={row.key} />;
    case "pending":
      return <PendingMessage entry={row.entry} head={row.head} />;
  }
}
