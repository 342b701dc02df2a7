import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "@/api";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { pictureOf, usePerson } from "@/features/people/public";
import {
  Avatar,
  Button,
  EmptyState,
  IconAlertTriangle,
  IconButton,
  IconPin,
  IconPinnedOff,
  Skeleton,
} from "@/ui";
import { pinsQuery } from "../../queries";
import { pinMessage } from "../../talk";
import { Attachments } from "../files/Attachments";
import { nameElsewhere } from "../imported";
import { MessageLine } from "../lines";
import { MessageText } from "../text/MessageText";
import { useAttempt } from "../useAttempt";
import styles from "./lists.module.css";

interface Props {
  chat: Chat;
  onMessage(message: Pick<Message, "id" | "thread">): void;
}

export function Pins({ chat, onMessage }: Props) {
  const { t } = useTranslation("groups");
  const explain = useExplain();
  const pins = useQuery(pinsQuery(chat.id));
  if (pins.isPending) return <Skeleton rows={3} look="message" label={t("pins.loading")} />;
  if (pins.isError) {
    return (
      <EmptyState tone="danger" icon={<IconAlertTriangle size={24} />} title={explain(pins.error).text} />
    );
  }
  if (pins.data.items.length === 0) {
    return <EmptyState icon={<IconPin size={24} />} title={t("pins.empty")} text={t("pins.empty_text")} />;
  }
  return (
    <ul className={styles.list}>
      {pins.data.items.map((message) => (
        <li key={message.id}>
          <Pin message={message} onMessage={onMessage} />
        </li>
      ))}
    </ul>
  );
}

function Pin({ message, onMessage }: { message: Message; onMessage: Props["onMessage"] }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const attempt = useAttempt();
  const format = useFormat();
  const { t: messenger } = useTranslation("messenger");
  const author = usePerson(message.author);
  const elsewhere = nameElsewhere(message);
  const name = elsewhere ?? (author === undefined ? "…" : author?.name || messenger("unknown_person"));
  return (
    <article className={styles.card}>
      <header className={styles.cardHead}>
        <Avatar id={elsewhere ?? message.author} name={name} picture={pictureOf(author)} size={24} />
        <span className={styles.who}>{name}</span>
        <time className={styles.time} dateTime={message.sent_at}>
          {format.brief(message.sent_at)}
        </time>
        <IconButton
          size="small"
          label={t("pins.remove")}
          onClick={() => void attempt(() => pinMessage(client, message, false))}
        >
          <IconPinnedOff size={16} />
        </IconButton>
      </header>
      <div className={styles.words}>
        {message.kind === "text" ? (
          <>
            {message.body.text && <MessageText text={message.body.text} />}
            {message.body.files.length > 0 && <Attachments chat={message.chat} files={message.body.files} />}
          </>
        ) : (
          <MessageLine message={message} named={false} />
        )}
      </div>
      <Button size="small" look="plain" onClick={() => onMessage(message)}>
        {t("pins.show")}
      </Button>
    </article>
  );
}
