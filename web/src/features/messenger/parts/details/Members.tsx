import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AccountLite, Chat, ChatMember } from "@/api";
import { useAccount } from "@/app/session";
import { pictureOf } from "@/features/people/public";
import {
  Avatar,
  Button,
  FloatingMenuButton,
  IconButton,
  IconCrown,
  IconDots,
  IconMessageCircle,
  IconUserDown,
  IconUserMinus,
  IconUserPlus,
  IconUserUp,
  Row,
  Skeleton,
  Tag,
} from "@/ui";
import { giveRole, openDirect } from "../../commands";
import { membersQuery } from "../../queries";
import { Present } from "../Present";
import { useAttempt } from "../useAttempt";
import styles from "./details.module.css";

export type Open =
  | { kind: "add" }
  | { kind: "rename" }
  | { kind: "leave" }
  | { kind: "remove" | "owner"; person: AccountLite }
  | null;

export function Members({ chat, onOpen }: { chat: Chat; onOpen(open: Open): void }) {
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
  const attempt = useAttempt();
  const manager = member.role === "manager";
  // Whoever leads may remove whoever does not.
  const noRemove =
    chat.role === "owner" || (chat.role === "manager" && member.role === "member")
      ? undefined
      : t("details.managers_only");
  return (
    <li className={styles.member}>
      <Row
        leading={
          <Present account={person.id}>
            <Avatar id={person.id} name={person.name} picture={pictureOf(person)} size={32} />
          </Present>
        }
        title={
          person.id === me.id ? t("details.me", { name: person.name }) : person.name || t("unknown_person")
        }
        trailing={
          <>
            {member.role === "owner" && <Tag tone="accent">{t("details.owner")}</Tag>}
            {manager && <Tag>{t("details.manager")}</Tag>}
            {person.id !== me.id && (
              <FloatingMenuButton
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
                    key: "role",
                    label: manager ? t("details.make_member") : t("details.make_manager"),
                    icon: manager ? <IconUserDown size={16} /> : <IconUserUp size={16} />,
                    disabledReason: member.role === "owner" ? t("details.is_owner") : ownerOnly,
                    onPick: () =>
                      void attempt(() =>
                        giveRole(client, chat.id, person.id, manager ? "member" : "manager"),
                      ),
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
                    disabledReason: noRemove,
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
