import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useFormat } from "@/app/format";
import { useNames } from "@/features/people/public";
import { Button, IconButton, IconSpeakerphone, IconX } from "@/ui";
import styles from "./announcement.module.css";
import { useTextLine } from "./lines";
import { MessageText } from "./text/MessageText";

interface Props {
  chat: Chat;
  announcement: NonNullable<Chat["announcement"]>;
}

/** Put aside until it is changed or the page is opened anew. */
const putAside = new Map<string, string>();

export function Announcement({ chat, announcement }: Props) {
  const { t } = useTranslation("groups");
  const format = useFormat();
  const names = useNames([announcement.by]);
  const line = useTextLine(announcement.text);
  const [open, setOpen] = useState(false);
  const [aside, setAside] = useState(() => putAside.get(chat.id) === announcement.at);
  if (aside && putAside.get(chat.id) === announcement.at) return null;
  return (
    <section className={styles.announcement} aria-label={t("announcement.label")}>
      <IconSpeakerphone size={18} aria-hidden="true" className={styles.icon} />
      <div className={styles.words}>
        {open ? (
          <>
            <MessageText text={announcement.text} />
            <p className={styles.by}>
              {t("announcement.by", {
                who: names.get(announcement.by) ?? "…",
                when: format.full(announcement.at),
              })}
            </p>
          </>
        ) : (
          <p className={styles.line}>{line}</p>
        )}
      </div>
      <Button size="small" look="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t("announcement.less") : t("announcement.more")}
      </Button>
      <IconButton
        size="small"
        label={t("announcement.hide")}
        onClick={() => {
          putAside.set(chat.id, announcement.at);
          setAside(true);
        }}
      >
        <IconX size={16} />
      </IconButton>
    </section>
  );
}
