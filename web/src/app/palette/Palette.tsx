import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { languageOf, setLanguage } from "@/app/i18n";
import { useExplain } from "@/app/refusals";
import { isAdministrator, useMe } from "@/app/session";
import { keysOf, runShortcut } from "@/app/shortcuts";
import { chooseTheme, type Theme } from "@/app/theme";
import { signOut } from "@/features/identity/public";
import { openDirect, useChats } from "@/features/messenger/public";
import { accountsQuery, pictureOf } from "@/features/people/public";
import { SETTINGS_PAGES } from "@/features/settings/public";
import {
  Avatar,
  Dialog,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMessagePlus,
  IconMoon,
  IconSearch,
  IconSun,
  IconSunMoon,
  Kbd,
  Row,
  toasts,
} from "@/ui";
import styles from "./palette.module.css";

interface Entry {
  key: string;
  label: string;
  detail?: string | undefined;
  leading: ReactNode;
  keys?: string;
  run(): unknown;
}

interface Group {
  title: string;
  entries: Entry[];
}

const CHATS_SHOWN = 6;
const PEOPLE_SHOWN = 5;

export function Palette({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("app");
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const explain = useExplain();
  const groups = useGroups(useDeferredValue(text.trim()));
  const entries = groups.flatMap((group) => group.entries);
  const active = entries[Math.min(at, entries.length - 1)];

  const run = async (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    try {
      await entry.run();
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = entries.length - 1;
    if (event.key === "ArrowDown") setAt((now) => (now >= last ? 0 : now + 1));
    else if (event.key === "ArrowUp") setAt((now) => (now <= 0 ? last : now - 1));
    else if (event.key === "Enter") void run(active);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog
      title={t("palette.title")}
      closeLabel={t("palette.close")}
      onClose={onClose}
      look="bare"
      size="wide"
    >
      <div className={styles.field}>
        <IconSearch size={20} aria-hidden="true" />
        <input
          className={styles.input}
          role="combobox"
          aria-label={t("palette.title")}
          aria-expanded={entries.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active ? `${id}-${active.key}` : undefined}
          placeholder={t("palette.placeholder")}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("palette.results")}
        tabIndex={-1}
        className={styles.list}
      >
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <p className={styles.group} aria-hidden="true">
              {group.title}
            </p>
            {group.entries.map((entry) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above moves through the options
              <div
                key={entry.key}
                id={`${id}-${entry.key}`}
                ref={entry === active ? (node) => node?.scrollIntoView?.({ block: "nearest" }) : null}
                role="option"
                tabIndex={-1}
                aria-selected={entry === active}
                className={styles.entry}
                onClick={() => void run(entry)}
              >
                <Row
                  leading={<span className={styles.leading}>{entry.leading}</span>}
                  title={entry.label}
                  aside={entry.detail}
                  trailing={entry.keys ? <Kbd keys={entry.keys} /> : null}
                />
              </div>
            ))}
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p className={styles.none} role="status">
          {t("palette.nothing", { query: text.trim() })}
        </p>
      )}
    </Dialog>
  );
}

function useGroups(query: string): Group[] {
  const { t } = useTranslation("app");
  const low = query.toLocaleLowerCase();
  const fits = (label: string) => label.toLocaleLowerCase().includes(low);
  const chats = useChatEntries().filter((entry) => fits(entry.label));
  const people = usePeopleEntries(query);
  const settings = useSettingsEntries().filter((entry) => fits(entry.label));
  const actions = useActionEntries().filter((entry) => fits(entry.label));
  return [
    { title: t("palette.chats"), entries: chats.slice(0, CHATS_SHOWN) },
    { title: t("palette.people"), entries: people },
    { title: t("palette.actions"), entries: query ? actions : actions.slice(0, 2) },
    { title: t("palette.settings"), entries: query ? settings : settings.slice(0, 3) },
  ].filter((group) => group.entries.length > 0);
}

function useChatEntries(): Entry[] {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const { chats } = useChats();
  return chats.map((chat) => ({
    key: chat.id,
    label: chat.name,
    detail: chat.unread > 0 ? t("palette.unread", { count: chat.unread }) : undefined,
    leading: (
      <Avatar
        id={chat.other?.id ?? chat.id}
        name={chat.name}
        picture={pictureOf(chat.other)}
        shape={chat.kind === "group" ? "square" : "round"}
        size={24}
      />
    ),
    run: () => navigate({ to: "/chats/$chat", params: { chat: chat.id } }),
  }));
}

function usePeopleEntries(query: string): Entry[] {
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useMe();
  const found = useInfiniteQuery({ ...accountsQuery(client, query), enabled: query !== "" });
  if (query === "") return [];
  return (found.data?.pages[0]?.items ?? [])
    .filter((account) => account.id !== me?.account.id)
    .slice(0, PEOPLE_SHOWN)
    .map((account) => ({
      key: account.id,
      label: account.name,
      detail: account.title || undefined,
      leading: <Avatar id={account.id} name={account.name} picture={pictureOf(account)} size={24} />,
      run: async () => {
        const chat = await openDirect(client, account.id);
        await navigate({ to: "/chats/$chat", params: { chat: chat.id } });
      },
    }));
}

function useSettingsEntries(): Entry[] {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const me = useMe();
  return SETTINGS_PAGES.filter((page) => page.group === "own" || isAdministrator(me)).map(
    ({ id, path, Icon }) => ({
      key: id,
      label: t(`page.${id}`),
      leading: <Icon size={20} />,
      run: () => navigate({ to: path }),
    }),
  );
}

function useActionEntries(): Entry[] {
  const { t, i18n } = useTranslation("app");
  const client = useQueryClient();
  const other = languageOf(i18n.language) === "en" ? ("zh-CN" as const) : ("en" as const);
  const theme = (name: Theme, icon: ReactNode): Entry => ({
    key: `theme-${name}`,
    label: t(`palette.theme_${name}`),
    leading: icon,
    run: () => chooseTheme(name),
  });
  return [
    {
      key: "new-chat",
      label: t("palette.new_chat"),
      leading: <IconMessagePlus size={20} />,
      keys: keysOf("new_chat"),
      run: () => runShortcut("new_chat"),
    },
    {
      key: "help",
      label: t("own.shortcuts"),
      leading: <IconKeyboard size={20} />,
      keys: keysOf("help"),
      run: () => runShortcut("help"),
    },
    theme("light", <IconSun size={20} />),
    theme("dark", <IconMoon size={20} />),
    theme("system", <IconSunMoon size={20} />),
    {
      key: "language",
      // In the language that it leads to, for people who cannot read this one.
      label: other === "en" ? "Switch to English" : "切换到简体中文",
      leading: <IconLanguage size={20} />,
      run: () => setLanguage(other),
    },
    {
      key: "sign-out",
      label: t("own.sign_out"),
      leading: <IconLogout size={20} />,
      run: () => signOut(client),
    },
  ];
}
