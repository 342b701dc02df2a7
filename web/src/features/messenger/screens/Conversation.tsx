import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api";
import { keysOf, useShortcut } from "@/app/shortcuts";
import { pictureOf, usePerson } from "@/features/people/public";
import {
  Avatar,
  Button,
  EmptyState,
  IconAlertTriangle,
  IconArrowLeft,
  IconBellOff,
  IconButton,
  IconLayoutSidebarRight,
  keyNames,
  NarrowOnly,
  PaneHead,
  Skeleton,
  toasts,
} from "@/ui";
import type { DetailsTab } from "../parts/details/tabs";
import { Present } from "../parts/Present";
import { type Led, TalkPane } from "../parts/TalkPane";
import { messageQuery, useChat } from "../queries";
import styles from "./conversation.module.css";

const ThreadPane = lazy(async () => ({ default: (await import("../parts/ThreadPane")).ThreadPane }));
const Details = lazy(async () => ({ default: (await import("../parts/details/Details")).Details }));

interface Search {
  details?: true | undefined;
  tab?: DetailsTab | undefined;
  /** The message at the head of the thread that stands beside the chat. */
  thread?: string | undefined;
  /** A message to be led to, by its name or by its number. */
  message?: string | undefined;
  at?: number | undefined;
}

export function Conversation() {
  const { t } = useTranslation("messenger");
  const navigate = useNavigate();
  const { chat: id = "" } = useParams({ strict: false }) as { chat?: string };
  const { details, tab, thread, message, at } = useSearch({ strict: false }) as Search;
  const { chat, error, refetch } = useChat(id);
  const other = usePerson(chat?.other?.id ?? "");
  const go = (search: Search) =>
    void navigate({ to: "/chats/$chat", params: { chat: id }, search, replace: true });
  const showDetails = (on: boolean) => go(on ? { details: true } : {});
  useShortcut("details", () => showDetails(!details));
  const named = useLed(id, message, thread, go);
  const led = named ?? (at === undefined ? null : { number: at });
  // Where the details lie over the messages, they make room for the one that is looked for.
  const stay: Search = window.matchMedia("(min-width: 1200px)").matches ? { details: true, tab } : {};

  if (error) {
    const gone = isApiError(error) && (error.status === 404 || error.status === 403);
    return (
      <EmptyState
        tone={gone ? "quiet" : "danger"}
        icon={<IconAlertTriangle size={24} />}
        title={gone ? t("gone.title") : t("history.error")}
        text={gone ? t("gone.text") : undefined}
        action={
          gone ? (
            <Link to="/chats">{t("gone.back")}</Link>
          ) : (
            <Button onClick={() => refetch()}>{t("retry")}</Button>
          )
        }
      />
    );
  }
  if (!chat) return <Skeleton rows={7} look="message" label={t("history.loading")} />;

  const subtitle = chat.kind === "group" ? t("members", { count: chat.members }) : other?.title;
  return (
    <div className={styles.columns}>
      <div className={styles.talk}>
        <PaneHead
          leading={
            <>
              <NarrowOnly>
                <IconButton label={t("back")} onClick={() => navigate({ to: "/chats" })}>
                  <IconArrowLeft size={20} />
                </IconButton>
              </NarrowOnly>
              <Present account={chat.other?.id}>
                <Avatar
                  id={chat.other?.id ?? chat.id}
                  name={chat.name}
                  picture={pictureOf(chat.other)}
                  shape={chat.kind === "group" ? "square" : "round"}
                  size={32}
                />
              </Present>
            </>
          }
          title={
            <>
              {chat.name}
              {chat.muted && (
                <IconBellOff size={14} className={styles.muted} aria-label={t("muted")} role="img" />
              )}
            </>
          }
          subtitle={subtitle}
          actions={
            <IconButton
              label={t("details.title")}
              keys={keyNames(keysOf("details")).join(" ")}
              aria-pressed={details ?? false}
              onClick={() => showDetails(!details)}
            >
              <IconLayoutSidebarRight size={20} />
            </IconButton>
          }
        />
        <TalkPane
          key={chat.id}
          chat={chat}
          led={thread ? null : led}
          onLed={() => go({ details, tab, thread })}
          onThread={(root) => go({ thread: root })}
        />
      </div>
      <Suspense fallback={null}>
        {thread ? (
          <ThreadPane
            key={thread}
            chat={chat}
            root={thread}
            led={led}
            onLed={() => go({ thread })}
            onClose={() => go({})}
          />
        ) : (
          details && (
            <Details
              chat={chat}
              tab={tab}
              onTab={(next) => go({ details: true, tab: next })}
              onMessage={(found) => go({ ...stay, message: found.id, thread: found.thread ?? undefined })}
              onNumber={(number) => go({ ...stay, at: number })}
              onClose={() => showDetails(false)}
            />
          )
        )}
      </Suspense>
    </div>
  );
}

/** Where the message stands that the address names: among those of the chat, or in a thread. */
function useLed(
  chat: string,
  message: string | undefined,
  thread: string | undefined,
  go: (search: Search) => void,
): Led | null {
  const { t } = useTranslation("messenger");
  const found = useQuery({ ...messageQuery(chat, message ?? ""), enabled: message !== undefined });
  const elsewhere = found.data?.thread && found.data.thread !== thread ? found.data.thread : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found decides, once
  useEffect(() => {
    if (message && elsewhere) go({ thread: elsewhere, message });
    if (message && found.isError) {
      toasts.show({ text: t("gone.message"), tone: "danger" });
      go(thread ? { thread } : {});
    }
  }, [message, elsewhere, found.isError]);
  if (!message || !found.data || elsewhere) return null;
  return { number: found.data.number };
}
