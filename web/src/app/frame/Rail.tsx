import { useQueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { avatarAddress } from "@/api";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { useMe } from "@/app/session";
import { keysOf, runShortcut } from "@/app/shortcuts";
import { signOut, switchAccount } from "@/features/identity/public";
import { QuietDialog, saveDrafts, useChats, useQuiet } from "@/features/messenger/public";
import {
  Avatar,
  CountBadge,
  IconBellZ,
  IconBuildingCastle,
  IconId,
  IconKeyboard,
  IconLogout,
  IconMessages,
  IconSearch,
  IconSettings,
  IconUsers,
  keyNames,
  Menu,
  type MenuItem,
  Tooltip,
  toasts,
} from "@/ui";
import styles from "./rail.module.css";

export function Rail() {
  const { t } = useTranslation("app");
  const { chats } = useChats();
  const unread = chats.filter((chat) => chat.unread > 0 && !chat.muted).length;
  const palette = keyNames(keysOf("palette")).join(" ");
  return (
    <nav className={styles.rail} aria-label={t("rail.label")}>
      <Place to="/chats" label={t("rail.chats")} icon={<IconMessages size={22} />}>
        <span className={styles.badge}>
          <CountBadge count={unread} label={t("rail.unread", { count: unread })} tone="danger" />
        </span>
      </Place>
      <Place to="/people" label={t("rail.people")} icon={<IconUsers size={22} />} />
      <Tooltip text={t("rail.search")} keys={palette} side="right">
        <button
          type="button"
          className={styles.place}
          aria-label={t("rail.search")}
          onClick={() => runShortcut("palette")}
        >
          <IconSearch size={22} />
          <span className={styles.name}>{t("rail.search")}</span>
        </button>
      </Tooltip>
      <span className={styles.gap} />
      <Place to="/settings" label={t("rail.settings")} icon={<IconSettings size={22} />} />
      <Own />
    </nav>
  );
}

interface PlaceProps {
  to: "/chats" | "/people" | "/settings";
  label: string;
  icon: ReactNode;
  children?: ReactNode;
}

function Place({ to, label, icon, children }: PlaceProps) {
  const { pathname } = useLocation();
  const here = pathname === to || pathname.startsWith(`${to}/`);
  return (
    <Tooltip text={label} side="right">
      <Link to={to} className={styles.place} aria-current={here ? "page" : undefined}>
        <span className={styles.icon}>
          {icon}
          {children}
        </span>
        <span className={styles.name}>{label}</span>
      </Link>
    </Tooltip>
  );
}

function Own() {
  const { t } = useTranslation("app");
  const client = useQueryClient();
  const navigate = useNavigate();
  const explain = useExplain();
  const me = useMe();
  const { t: groups } = useTranslation("groups");
  const format = useFormat();
  const quiet = useQuiet();
  const [choosing, setChoosing] = useState(false);
  if (!me) return null;
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };
  const others: MenuItem[] = me.accounts.map((other) => ({
    key: other.account,
    label: other.tenant_name,
    icon: <IconBuildingCastle size={16} />,
    checked: other.account === me.account.id,
    onPick: () =>
      void attempt(async () => {
        await navigate({ to: "/chats" });
        // The server keeps what is typed with the account that typed it.
        await saveDrafts();
        await switchAccount(client, other.account);
      }),
  }));
  const items: MenuItem[] = [
    ...(others.length > 1 ? others : []),
    {
      key: "profile",
      label: t("own.profile"),
      icon: <IconId size={16} />,
      onPick: () => void navigate({ to: "/settings/profile" }),
    },
    {
      key: "quiet",
      label: quiet ? groups("quiet.until", { when: format.brief(quiet) }) : groups("quiet.title"),
      icon: <IconBellZ size={16} />,
      onPick: () => setChoosing(true),
    },
    {
      key: "keys",
      label: t("own.shortcuts"),
      icon: <IconKeyboard size={16} />,
      onPick: () => runShortcut("help"),
    },
    {
      key: "out",
      label: t("own.sign_out"),
      icon: <IconLogout size={16} />,
      onPick: () => void attempt(() => signOut(client)),
    },
  ];
  return (
    <>
      <Menu
        label={t("own.label")}
        side="right"
        items={items}
        header={
          <div className={styles.whoami}>
            <p className={styles.whoName}>{me.account.name}</p>
            <p className={styles.whoTenant}>{me.tenant.name}</p>
          </div>
        }
        trigger={(button) => (
          <button {...button} type="button" className={styles.own} aria-label={t("own.label")}>
            <Avatar
              id={me.account.id}
              name={me.account.name}
              picture={me.account.avatar && avatarAddress(me.account.avatar, 64)}
              size={32}
            />
            {quiet && (
              <span className={styles.quiet} role="img" aria-label={groups("quiet.on")}>
                <IconBellZ size={14} />
              </span>
            )}
          </button>
        )}
      />
      {choosing && <QuietDialog onClose={() => setChoosing(false)} />}
    </>
  );
}
