import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ForwardItem } from "@/api";
import { useFormat } from "@/app/format";
import { Button } from "@/ui";
import { Attachments } from "../files/Attachments";
import { MessageText } from "../text/MessageText";
import styles from "./message.module.css";

const SHOWN = 3;

/** Messages of another chat, as they were. */
export function Forwarded({ chat, items }: { chat: string; items: ForwardItem[] }) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, SHOWN);
  return (
    <section className={styles.forward} aria-label={t("forwarded", { count: items.length })}>
      <p className={styles.forwardHead}>{t("forwarded", { count: items.length })}</p>
      <ol className={styles.forwardItems}>
        {shown.map((item) => (
          <li key={`${item.author}-${item.sent_at}-${item.text.slice(0, 20)}`}>
            <p className={styles.byline}>
              <span className={styles.author}>{item.name}</span>
              <time className={styles.time} dateTime={item.sent_at}>
                {format.full(item.sent_at)}
              </time>
            </p>
            {item.text && <MessageText text={item.text} />}
            {item.files.length > 0 && <Attachments chat={chat} files={item.files} />}
          </li>
        ))}
      </ol>
      {items.length > shown.length && (
        <Button size="small" look="plain" onClick={() => setAll(true)}>
          {t("forward_more", { count: items.length - shown.length })}
        </Button>
      )}
    </section>
  );
}
