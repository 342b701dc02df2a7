import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member } from "@/api";
import { useExplain } from "@/app/refusals";
import { useMe } from "@/app/session";
import {
  Avatar,
  Button,
  Dialog,
  EmptyState,
  IconAlertTriangle,
  IconButton,
  IconDots,
  IconKey,
  IconSearch,
  IconUser,
  IconUserOff,
  IconUserShield,
  Menu,
  type MenuItem,
  Page,
  Section,
  Skeleton,
  Stack,
  Tag,
  TextField,
  toasts,
} from "@/ui";
import { changeMember, memberListQuery, startReset } from "../admin";
import { AdministratorsOnly } from "../parts/AdministratorsOnly";
import { CopyLink } from "../parts/CopyLink";
import { pictureOf } from "../queries";
import styles from "./members.module.css";

export function Members() {
  return (
    <AdministratorsOnly>
      <MemberTable />
    </AdministratorsOnly>
  );
}

function MemberTable() {
  const { t } = useTranslation("people");
  const members = useInfiniteQuery(memberListQuery);
  const [filter, setFilter] = useState("");
  const [link, setLink] = useState<{ name: string; link: string } | null>(null);
  const low = filter.trim().toLocaleLowerCase();
  const all = members.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = all.filter(
    (member) =>
      member.name.toLocaleLowerCase().includes(low) || member.mail.toLocaleLowerCase().includes(low),
  );
  return (
    <Page wide>
      <Section title={t("members.title")} text={t("members.text")}>
        <TextField
          label={t("members.filter")}
          labelHidden
          placeholder={t("members.filter")}
          leading={<IconSearch size={16} />}
          type="search"
          value={filter}
          onText={setFilter}
        />
        {members.isPending ? (
          <Skeleton rows={6} label={t("loading")} />
        ) : members.isError ? (
          <EmptyState
            tone="danger"
            icon={<IconAlertTriangle size={24} />}
            title={t("members.error")}
            action={<Button onClick={() => members.refetch()}>{t("retry")}</Button>}
          />
        ) : shown.length === 0 ? (
          <EmptyState icon={<IconUserOff size={24} />} title={t("picker.nobody", { query: filter.trim() })} />
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t("members.name")}</th>
                <th scope="col">{t("members.mail")}</th>
                <th scope="col">{t("members.role")}</th>
                <th scope="col">
                  <span className="only-read-aloud">{t("members.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((member) => (
                <MemberLine key={member.id} member={member} onLink={setLink} />
              ))}
            </tbody>
          </table>
        )}
        {members.hasNextPage && (
          <Button busy={members.isFetchingNextPage} onClick={() => members.fetchNextPage()}>
            {t("more")}
          </Button>
        )}
      </Section>
      {link && (
        <Dialog title={t("reset.title")} closeLabel={t("close")} onClose={() => setLink(null)}>
          <Stack>
            <p>{t("reset.link_text", { name: link.name })}</p>
            <CopyLink label={t("reset.link")} link={link.link} />
          </Stack>
        </Dialog>
      )}
    </Page>
  );
}

interface LineProps {
  member: Member;
  onLink(link: { name: string; link: string }): void;
}

function MemberLine({ member, onLink }: LineProps) {
  const { t } = useTranslation("people");
  return (
    <tr>
      <td>
        <span className={styles.who}>
          <Avatar id={member.id} name={member.name} picture={pictureOf(member)} size={32} />
          <span className={styles.names}>
            <span className={styles.name}>{member.name}</span>
            {member.title && <span className={styles.quiet}>{member.title}</span>}
            <span className={styles.mailBelow}>{member.mail}</span>
          </span>
        </span>
      </td>
      <td className={styles.mail}>{member.mail}</td>
      <td>
        <span className={styles.tags}>
          <Tag tone={member.role === "member" ? "quiet" : "accent"}>{t(`role.${member.role}`)}</Tag>
          {member.state === "suspended" && <Tag tone="caution">{t("state.suspended")}</Tag>}
        </span>
      </td>
      <td className={styles.actions}>
        <MemberMenu member={member} onLink={onLink} />
      </td>
    </tr>
  );
}

function MemberMenu({ member, onLink }: LineProps) {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const explain = useExplain();
  const me = useMe();
  const locked =
    member.id === me?.account.id
      ? t("members.own")
      : member.role === "owner"
        ? t("members.owner_locked")
        : undefined;

  const attempt = async (work: () => Promise<unknown>, done: string, undo?: () => Promise<unknown>) => {
    try {
      await work();
      toasts.show({
        text: done,
        action: undo && { label: t("undo"), run: () => void attempt(undo, t("members.undone")) },
      });
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };
  const change = (now: Parameters<typeof changeMember>[2], before: typeof now, done: string) =>
    attempt(
      () => changeMember(client, member.id, now),
      done,
      () => changeMember(client, member.id, before),
    );

  const { name } = member;
  const items: MenuItem[] = [
    member.role === "administrator"
      ? {
          key: "role",
          label: t("members.make_member"),
          icon: <IconUser size={16} />,
          disabledReason: locked,
          onPick: () =>
            change({ role: "member" }, { role: "administrator" }, t("members.made_member", { name })),
        }
      : {
          key: "role",
          label: t("members.make_administrator"),
          icon: <IconUserShield size={16} />,
          disabledReason: locked,
          onPick: () =>
            change(
              { role: "administrator" },
              { role: member.role },
              t("members.made_administrator", { name }),
            ),
        },
    {
      key: "reset",
      label: t("reset.title"),
      icon: <IconKey size={16} />,
      disabledReason: member.id === me?.account.id ? t("members.own") : undefined,
      onPick: () =>
        attempt(
          async () => {
            const answer = await startReset(member.id);
            if (answer.sent === "link") onLink({ name, link: answer.link });
          },
          t("reset.started", { name }),
        ),
    },
    member.state === "active"
      ? {
          key: "state",
          label: t("members.suspend"),
          icon: <IconUserOff size={16} />,
          tone: "danger",
          disabledReason: locked,
          onPick: () => change({ state: "suspended" }, { state: "active" }, t("members.suspended", { name })),
        }
      : {
          key: "state",
          label: t("members.restore"),
          icon: <IconUser size={16} />,
          onPick: () => change({ state: "active" }, { state: "suspended" }, t("members.restored", { name })),
        },
  ];
  return (
    <Menu
      label={t("members.actions_for", { name })}
      items={items}
      trigger={(button) => (
        <IconButton {...button} label={t("members.actions_for", { name })}>
          <IconDots size={16} />
        </IconButton>
      )}
    />
  );
}
