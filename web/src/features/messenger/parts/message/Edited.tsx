import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useFormat } from "@/app/format";
import { useTalk } from "../talkContext";
import styles from "./message.module.css";

export function Edited({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const { show } = useTalk();
  return (
    <button
      type="button"
      className={styles.mark}
      title={message.edited_at ? format.full(message.edited_at) : undefined}
      onClick={() => show({ kind: "history", message })}
    >
      {t("edited")}
    </button>
  );
}
