import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { IconCheck, IconChecks } from "@/ui";
import { readersQuery } from "../../queries";
import { useTalk } from "../talkContext";
import styles from "./message.module.css";

const AGAIN_MS = 15_000;

/** How many have read a message of one's own; a press shows who. */
export function Receipt({ message, shown }: { message: Message; shown: boolean }) {
  // Reading is counted for the chat itself, not for threads.
  return shown && message.thread === null ? <Counted message={message} /> : null;
}

function Counted({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const { chat, show } = useTalk();
  const readers = useInfiniteQuery({ ...readersQuery(message, true), refetchInterval: AGAIN_MS });
  const counts = readers.data?.pages[0];
  if (!counts || counts.read + counts.unread === 0) return null;
  const all = counts.unread === 0;
  const direct = all ? t("read.direct") : t("read.not_yet");
  const words =
    chat.kind === "direct" ? direct : t("read.by", { count: counts.read, all: counts.read + counts.unread });
  return (
    <button
      type="button"
      className={styles.mark}
      data-all={all ? "" : undefined}
      onClick={() => show({ kind: "readers", message })}
    >
      {all ? <IconChecks size={14} aria-hidden="true" /> : <IconCheck size={14} aria-hidden="true" />} {words}
    </button>
  );
}
