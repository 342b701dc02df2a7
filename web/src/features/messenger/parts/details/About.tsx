import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useFormat } from "@/app/format";
import { pictureOf, usePerson } from "@/features/people/public";
import { Avatar, Button, IconButton, IconDoorExit, IconPencil, Switch, Tag } from "@/ui";
import { changeChat } from "../../commands";
import { AddMembers, ConfirmLeave, ConfirmOwner, ConfirmRemove, Rename } from "../dialogs";
import { MessageText } from "../text/MessageText";
import { useAttempt } from "../useAttempt";
import styles from "./details.module.css";
import { Members, type Open } from "./Members";

/** Who or what the chat is, how loud it may be, and who is in it. */
export function About({ chat }: { chat: Chat }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const attempt = useAttempt();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <>
      {chat.kind === "direct" ? <Person chat={chat} /> : <Group chat={chat} onOpen={setOpen} />}
      <div className={styles.block}>
        <Switch
          label={t("details.mute")}
          hint={t("details.mute_hint")}
          on={chat.muted}
          onFlip={(muted) => void attempt(() => changeChat(client, chat.id, { muted }))}
        />
      </div>
      {chat.kind === "group" && <Members chat={chat} onOpen={setOpen} />}
      {chat.kind === "group" && (
        <div className={styles.block}>
          <Button
            look="danger"
            icon={<IconDoorExit size={16} />}
            disabledReason={chat.role === "owner" && chat.members > 1 ? t("leave.owner_first") : undefined}
            onClick={() => setOpen({ kind: "leave" })}
          >
            {t("leave.title")}
          </Button>
        </div>
      )}
      {open?.kind === "add" && <AddMembers chat={chat} onClose={close} />}
      {open?.kind === "rename" && <Rename chat={chat} onClose={close} />}
      {open?.kind === "leave" && <ConfirmLeave chat={chat} onClose={close} />}
      {open?.kind === "remove" && <ConfirmRemove chat={chat} person={open.person} onClose={close} />}
      {open?.kind === "owner" && <ConfirmOwner chat={chat} person={open.person} onClose={close} />}
    </>
  );
}

function Person({ chat }: { chat: Chat }) {
  const { t } = useTranslation("messenger");
  const person = usePerson(chat.other?.id ?? "");
  const now = new Date();
  return (
    <div className={styles.card}>
      <Avatar
        id={chat.other?.id ?? chat.id}
        name={chat.name}
        picture={pictureOf(chat.other, 256)}
        size={96}
      />
      <p className={styles.name}>{chat.name}</p>
      {person?.title && <p className={styles.quiet}>{person.title}</p>}
      {person?.state === "suspended" && <Tag tone="caution">{t("details.suspended")}</Tag>}
      {person && (
        <p className={styles.quiet}>
          {t("details.local_time", { time: clockIn(now, person.zone), zone: person.zone })}
        </p>
      )}
    </div>
  );
}

function clockIn(now: Date, zone: string): string {
  try {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(
      now,
    );
  } catch {
    return "";
  }
}

function Group({ chat, onOpen }: { chat: Chat; onOpen(open: Open): void }) {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  return (
    <div className={styles.card}>
      <Avatar id={chat.id} name={chat.name} shape="square" size={64} />
      <p className={styles.name}>
        {chat.name}
        <IconButton
          size="small"
          label={t("rename.title")}
          disabledReason={chat.role === "member" ? t("details.managers_only") : undefined}
          onClick={() => onOpen({ kind: "rename" })}
        >
          <IconPencil size={16} />
        </IconButton>
      </p>
      <p className={styles.quiet}>{t("details.since", { date: format.date(chat.created_at) })}</p>
      {chat.description && (
        <div className={styles.description}>
          <MessageText text={chat.description} />
        </div>
      )}
    </div>
  );
}
