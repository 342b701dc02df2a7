import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccountLite, Chat, ChatMember } from "@/api";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { useAccount } from "@/app/session";
import { pictureOf, usePerson } from "@/features/people/public";
import {
  Avatar,
  Button,
  IconButton,
  IconCrown,
  IconDoorExit,
  IconDots,
  IconMessageCircle,
  IconPencil,
  IconUserMinus,
  IconUserPlus,
  IconX,
  Menu,
  Row,
  Skeleton,
  Switch,
  Tag,
  toasts,
} from "@/ui";
import { changeChat, openDirect } from "../commands";
import { membersQuery } from "../queries";
import styles from "./details.module.css";
import { AddMembers, ConfirmLeave, ConfirmOwner, ConfirmRemove, Rename } from "./dialogs";

type Open =
  | { kind: "add" }
  | { kind: "rename" }
  | { kind: "leave" }
  | { kind: "remove" | "owner"; person: AccountLite }
  | null;

export function Details({ chat, onClose }: { chat: Chat; onClose(): void }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const explain = useExplain();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const mute = async (muted: boolean) => {
    try {
      await changeChat(client, chat.id, { muted });
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };
  return (
    <aside className={styles.details} aria-label={t("details.title")}>
      <header className={styles.head}>
        <h2>{t("details.title")}</h2>
        <IconButton label={t("details.close")} onClick={onClose}>
          <IconX size={20} />
        </IconButton>
      </header>
      <div className={styles.body}>
        {chat.kind === "direct" ? <Person chat={chat} /> : <Group chat={chat} onOpen={setOpen} />}
        <div className={styles.block}>
          <Switch
            label={t("details.mute")}
            hint={t("details.mute_hint")}
            on={chat.muted}
            onFlip={(on) => void mute(on)}
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
      </div>
      {open?.kind === "add" && <AddMembers chat={chat} onClose={close} />}
      {open?.kind === "rename" && <Rename chat={chat} onClose={close} />}
      {open?.kind === "leave" && <ConfirmLeave chat={chat} onClose={close} />}
      {open?.kind === "remove" && <ConfirmRemove chat={chat} person={open.person} onClose={close} />}
      {open?.kind === "owner" && <ConfirmOwner chat={chat} person={open.person} onClose={close} />}
    </aside>
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
          disabledReason={chat.role === "owner" ? undefined : t("details.owner_only")}
          onClick={() => onOpen({ kind: "rename" })}
        >
          <IconPencil size={16} />
        </IconButton>
      </p>
      <p className={styles.quiet}>{t("details.since", { date: format.date(chat.created_at) })}</p>
    </div>
  );
}

function Members({ chat, onOpen }: { chat: Chat; onOpen(open: Open): void }) {
  const { t } = useTranslation("messenger");
  const members = useInfiniteQuery(membersQuery(chat.id));
  return (
    <section className={styles.block} aria-label={t("details.members")}>
      <div className={styles.blockHead}>
        <h3>{t("members", { count: chat.members })}</h3>
        <Button size="small" icon={<IconUserPlus size={16} />} onClick={() => onOpen({ kind: "add" })}>
          {t("add.short")}
        </Button>
      </div>
      {members.isPending ? (
        <Skeleton rows={4} label={t("details.loading")} />
      ) : (
        <ul>
          {members.data?.pages
            .flatMap((page) => page.items)
            .map((member) => (
              <MemberRow key={member.account.id} chat={chat} member={member} onOpen={onOpen} />
            ))}
        </ul>
      )}
      {members.hasNextPage && (
        <Button size="small" busy={members.isFetchingNextPage} onClick={() => members.fetchNextPage()}>
          {t("details.more")}
        </Button>
      )}
    </section>
  );
}

function MemberRow({ chat, member, onOpen }: { chat: Chat; member: ChatMember; onOpen(open: Open): void }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useAccount();
  const person = member.account;
  const ownerOnly = chat.role === "owner" ? undefined : t("details.owner_only");
  return (
    <li className={styles.member}>
      <Row
        leading={<Avatar id={person.id} name={person.name} picture={pictureOf(person)} size={32} />}
        title={
          person.id === me.id ? t("details.me", { name: person.name }) : person.name || t("unknown_person")
        }
        trailing={
          <>
            {member.role === "owner" && <Tag tone="accent">{t("details.owner")}</Tag>}
            {person.id !== me.id && (
              <Menu
                label={t("details.actions", { name: person.name })}
                trigger={(button) => (
                  <IconButton {...button} size="small" label={t("details.actions", { name: person.name })}>
                    <IconDots size={16} />
                  </IconButton>
                )}
                items={[
                  {
                    key: "message",
                    label: t("details.write"),
                    icon: <IconMessageCircle size={16} />,
                    onPick: async () => {
                      const direct = await openDirect(client, person.id);
                      await navigate({ to: "/chats/$chat", params: { chat: direct.id } });
                    },
                  },
                  {
                    key: "owner",
                    label: t("owner.title"),
                    icon: <IconCrown size={16} />,
                    disabledReason: ownerOnly,
                    onPick: () => onOpen({ kind: "owner", person }),
                  },
                  {
                    key: "remove",
                    label: t("remove.title"),
                    icon: <IconUserMinus size={16} />,
                    tone: "danger",
                    disabledReason: ownerOnly,
                    onPick: () => onOpen({ kind: "remove", person }),
                  },
                ]}
              />
            )}
          </>
        }
      />
    </li>
  );
}
