import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { languageOf, setLanguage } from "@/app/i18n";
import { notify, playSound } from "@/app/notifications";
import { instanceQuery, useMe } from "@/app/session";
import { runShortcut, shortcutOf, useShortcut } from "@/app/shortcuts";
import {
  listenToWorker,
  NewChat,
  outbox,
  renewPush,
  uploads,
  useChats,
  useFollows,
  useMessageWords,
  useQuiet,
} from "@/features/messenger/public";
import { usePerson, usePrimeNames } from "@/features/people/public";
import { mentionsAccount, useLive } from "@/live";
import { toasts } from "@/ui";
import { Bars } from "./Bars";
import styles from "./frame.module.css";
import { Rail } from "./Rail";

const Palette = lazy(async () => ({ default: (await import("../palette/Palette")).Palette }));
const ShortcutHelp = lazy(async () => ({ default: (await import("../palette/ShortcutHelp")).ShortcutHelp }));

type Open = "palette" | "help" | "new_chat" | null;

/**
 * Stands for as long as somebody is signed in, and not a moment longer. Whoever goes over to another account gets a new
 * one: what is on the screen belongs to the account before, and would ask for it again.
 */
export function Frame() {
  const me = useMe();
  return me ? <Standing key={me.account.id} /> : null;
}

function Standing() {
  const { t } = useTranslation("app");
  const { pathname } = useLocation();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  useShortcut("palette", () => setOpen((now) => (now === "palette" ? null : "palette")));
  useShortcut("help", () => setOpen("help"));
  useShortcut("new_chat", () => setOpen("new_chat"));
  useKeys();
  usePrimeNames();
  useTitleCount();
  useAccountLanguage();
  useSendingAgain();
  usePush();

  const depth = pathname.split("/").filter(Boolean).length;
  return (
    <div className={styles.frame} data-pane={depth > 1 ? "work" : "list"}>
      <a href="#work" className={styles.skip}>
        {t("frame.skip")}
      </a>
      <div className={styles.bars}>
        <Bars />
      </div>
      <Rail />
      <Outlet />
      <News />
      {open === "new_chat" && <NewChat onClose={close} />}
      <Suspense fallback={null}>
        {open === "palette" && <Palette onClose={close} />}
        {open === "help" && <ShortcutHelp onClose={close} />}
      </Suspense>
    </div>
  );
}

function useKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const id = shortcutOf(event);
      if (!id) return;
      // A dialog keeps the keys to itself; only the palette may close the palette.
      if (document.querySelector("dialog[open]") && id !== "palette") return;
      event.preventDefault();
      runShortcut(id);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

function useTitleCount(): void {
  const { chats } = useChats();
  const name = useQuery(instanceQuery).data?.name ?? "Bastide";
  const unread = chats.reduce((sum, chat) => sum + (chat.muted ? chat.mentions : chat.unread), 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
  }, [unread, name]);
}

/** The account's language follows the person to a browser where nothing was chosen. */
function useAccountLanguage(): void {
  const locale = useMe()?.account.locale;
  useEffect(() => {
    try {
      if (locale && !localStorage.getItem("bastide.language")) void setLanguage(languageOf(locale));
    } catch {
      // Without storage the browser's own language stays.
    }
  }, [locale]);
}

/** Says anew where this browser is told of messages, and follows what is clicked there. */
function usePush(): void {
  const { i18n } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const account = useMe()?.account.id;
  const language = languageOf(i18n.language);
  useEffect(() => {
    if (account) void renewPush(client, account, language);
  }, [client, account, language]);
  useEffect(() => listenToWorker((to) => void navigate({ to })), [navigate]);
}

function useSendingAgain(): void {
  const { state } = useLive();
  useEffect(() => {
    if (state !== "online") return;
    outbox.resume();
    uploads.resume();
  }, [state]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (!outbox.isEmpty() || !uploads.isIdle()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
}

/** Says what concerns the person while they look elsewhere. */
function News() {
  const { onMessage } = useLive();
  const { chats } = useChats();
  const me = useMe();
  const { pathname, search } = useLocation();
  const [news, setNews] = useState<Message | null>(null);
  const quiet = useQuiet() !== null;
  const follows = useFollows();
  const beside = "thread" in search ? search.thread : undefined;
  const isOpen = useCallback(
    (message: Message) =>
      pathname.endsWith(message.chat) && (message.thread === null || message.thread === beside),
    [pathname, beside],
  );
  useEffect(
    () =>
      onMessage((message) => {
        if (message.kind === "system" || message.author === me?.account.id || quiet) return;
        const chat = chats.find((one) => one.id === message.chat);
        const named = mentionsAccount(message, me?.account.id ?? "");
        const called = message.thread === null ? chat?.kind === "direct" : follows(message.thread);
        if (!chat || !(called || named) || (chat.muted && !named)) return;
        if (!document.hidden && isOpen(message)) return;
        setNews(message);
      }),
    [onMessage, chats, me, isOpen, follows, quiet],
  );
  const open = pathname.split("/").at(-1) ?? "";
  useEffect(() => toasts.dismissAbout(open), [open]);
  return news ? <Tell key={news.id} message={news} /> : null;
}

function Tell({ message }: { message: Message }) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const author = usePerson(message.author);
  const line = useMessageWords(message);
  const told = useRef(false);
  useEffect(() => {
    // Said once, whatever is learned about its author or its words later.
    if (!author || told.current) return;
    told.current = true;
    const search = message.thread ? { thread: message.thread } : {};
    const open = () => void navigate({ to: "/chats/$chat", params: { chat: message.chat }, search });
    toasts.show({
      text: author.name,
      detail: line,
      about: message.chat,
      action: { label: t("frame.open"), run: open },
    });
    playSound();
    if (document.hidden) notify(author.name, line, open);
  }, [author, line, message.chat, message.thread, navigate, t]);
  return null;
}
