import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useFormat } from "@/app/format";
import { MOST_PICKED, mayForward, useTalk } from "../talkContext";
import styles from "./message.module.css";

interface Props {
  message: Message;
  name: string;
  tabIndex: 0 | -1;
}

/** The mark by which a message is selected. Its label lies over the whole message: a touch anywhere means it. */
export function Pick({ message, name, tabIndex }: Props) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const { picked, pick } = useTalk();
  const isPicked = picked?.some((one) => one.id === message.id) ?? false;
  const isFull = !isPicked && (picked?.length ?? 0) >= MOST_PICKED;
  const reason = !mayForward(message)
    ? t("act.no_forward")
    : isFull
      ? t("select.most", { count: MOST_PICKED })
      : undefined;
  return (
    <label className={styles.pick} title={reason}>
      <input
        type="checkbox"
        checked={isPicked}
        disabled={reason !== undefined}
        tabIndex={tabIndex}
        aria-label={t("select.mark", { name, time: format.clock(message.sent_at) })}
        onChange={() => pick(message)}
      />
    </label>
  );
}
