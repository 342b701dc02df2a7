import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useFormat } from "@/app/format";
import { Problem } from "@/app/refusals";
import { keysOf, runShortcut } from "@/app/shortcuts";
import { pictureOf } from "@/features/people/public";
import {
  Avatar,
  Button,
  CountBadge,
  EmptyState,
  IconAlertTriangle,
  IconAt,
  IconBellOff,
  IconButton,
  IconCheck,
  IconMessagePlus,
  IconMessages,
  IconWorld,
  keyNames,
  PaneHead,
  Row,
  Segmented,
  Skeleton,
} from "@/ui";
import { useDraftText } from "../drafts";
import { plainLine } from "../markdown/plain";
import { activityOf, threadsQuery, useChats } from "../queries";
import styles from "./chat-list.module.css";
import { MessageLine } from "./lines";
import { Present, PresentWord } from "./Present";

const ROW_PX = 60;

interface Props {
  open: string | undefined;
}

export function ChatList({ open }: Props) {
  const { t } = useTranslation("messenger");
  const [filter, setFilter] = useState<"all" | "unread">("all");
  const navigate = useNavigate();
  const all = useChats();
  const chats =
    filter === "all" ? all.chats : all.chats.filter((chat) => chat.unread > 0 || chat.id === open);
  return (
    <>
      <PaneHead
        title={t("list.title")}
        actions={
          <>
            <IconButton label={t("list.browse")} onClick={() => void navigate({ to: "/chats/browse" })}>
              <IconWorld size={20} />
            </IconButton>
            <IconButton
              label={t("new.title")}
              keys={keyNames(keysOf("new_chat")).join(" ")}
              onClick={() => runShortcut("new_chat")}
            >
              <IconMessagePlus size={20} />
            </IconButton>
          </>
        }
      />
      <div className={styles.filter}>
        <Segmented<"all" | "unread">
          label={t("list.filter")}
          value={filter}
          onPick={(next) => setFilter(next)}
          wide
          options={[
            { value: "all", label: t("list.all") },
            { value: "unread", label: t("list.unread") },
          ]}
        />
      </div>
      <ThreadsEntry />
      {all.isPending ? (
        <Skeleton rows={8} label={t("list.loading")} />
      ) : all.isError ? (
        <EmptyState
          tone="danger"
          icon={<IconAlertTriangle size={24} />}
          title={t("list.error")}
          action={<Button onClick={() => all.refetch()}>{t("retry")}</Button>}
        />
      ) : chats.length > 0 ? (
        <Rows chats={chats} open={open} onEnd={() => all.hasNextPage && all.fetchNextPage()} />
      ) : filter === "unread" ? (
        <EmptyState
          icon={<IconCheck size={24} />}
          title={t("list.all_read")}
          text={t("list.all_read_text")}
        />
      ) : (
        <EmptyState
          icon={<IconMessages size={24} />}
          title={t("list.empty")}
          text={t("list.empty_text")}
          action={
            <Button look="primary" onClick={() => runShortcut("new_chat")}>
              {t("new.title")}
            </Button>
          }
        />
      )}
      {all.isError && all.data && <Problem error={all.error} />}
    </>
  );
}

/** Threads stand above the chats once there are some. */
function ThreadsEntry() {
  const { t } = useTranslation("messenger");
  const { pathname } = useLocation();
  const threads = useInfiniteQuery(threadsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  if (threads.length === 0) return null;
  const unread = threads.filter((thread) => thread.unread > 0).length;
  return (
    <Link
      to="/chats/threads"
      className={styles.threads}
      aria-current={pathname === "/chats/threads" ? "page" : undefined}
    >
      <IconMessages size={20} aria-hidden="true" />
      <span className={styles.threadsName}>{t("list.threads")}</span>
      <CountBadge count={unread} label={t("list.unread_threads", { count: unread })} />
    </Link>
  );
}

function Rows({ chats, open, onEnd }: { chats: Chat[]; open: string | undefined; onEnd(): void }) {
  const { t } = useTranslation("messenger");
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: chats.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => chats[index]?.id ?? index,
    overscan: 8,
    initialRect: { width: 300, height: 800 },
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const nearEnd = last >= chats.length - 5;
  const ask = useRef(onEnd);
  ask.current = onEnd;
  useEffect(() => {
    if (nearEnd) ask.current();
  }, [nearEnd]);

  return (
    <nav ref={box} className={styles.scroll} aria-label={t("list.title")}>
      <ul className={styles.rows} style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const chat = chats[item.index];
          if (!chat) return null;
          return (
            <li key={item.key} className={styles.item} style={{ transform: `translateY(${item.start}px)` }}>
              <ChatRow chat={chat} current={chat.id === open} />
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function ChatRow({ chat, current }: { chat: Chat; current: boolean }) {
  const { t } = useTranslation("messenger");
  const format = useFormat();
  const draft = useDraftText(chat.id);
  const unread = chat.unread > 0;
  return (
    <Link
      to="/chats/$chat"
      params={{ chat: chat.id }}
      className={styles.link}
      aria-current={current ? "page" : undefined}
    >
      <Row
        strong={unread}
        leading={
          <Present account={chat.other?.id} told="apart">
            <Avatar
              id={chat.other?.id ?? chat.id}
              name={chat.name}
              picture={pictureOf(chat.other)}
              shape={chat.kind === "group" ? "square" : "round"}
            />
          </Present>
        }
        title={
          <>
            {chat.name}
            <PresentWord account={chat.other?.id} />
            {chat.muted && (
              <>
                {" "}
                <IconBellOff size={13} className={styles.muted} aria-label={t("muted")} />
              </>
            )}
          </>
        }
        aside={format.brief(activityOf(chat))}
        detail={
          draft && !current ? (
            <>
              <span className={styles.draft}>{t("draft_mark")}</span> {plainLine(draft, () => "…")}
            </>
          ) : chat.last_message ? (
            <MessageLine message={chat.last_message} named={chat.kind === "group"} />
          ) : (
            t("list.no_message")
          )
        }
        trailing={
          unread ? (
            <span className={styles.counts}>
              {chat.mentions > 0 && (
                <IconAt size={16} className={styles.at} aria-label={t("list.mentioned")} role="img" />
              )}
              <CountBadge
                count={chat.unread}
                tone={chat.muted ? "quiet" : "accent"}
                label={t("list.unread_count", { count: chat.unread })}
              />
            </span>
          ) : null
        }
      />
    </Link>
  );
}
