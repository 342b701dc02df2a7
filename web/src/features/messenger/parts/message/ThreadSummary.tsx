import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useFormat } from "@/app/format";
import { IconMessages } from "@/ui";
import { useTalk } from "../talkContext";
import styles from "./message.module.css";

export function ThreadSummary({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const { openThread } = useTalk();
  if (!message.replies) return null;
  const { count, last_at } = message.replies;
  return (
    <button type="button" className={styles.thread} onClick={() => openThread(message.id)}>
      <IconMessages size={16} aria-hidden="true" />
      <strong>{t("thread.replies", { count })}</strong>
      <span className={styles.threadAt}>{t("thread.last", { when: format.ago(last_at) })}</span>
    </button>
  );
}
