import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Page as Listed, type PublicChat } from "@/api";
import { keys } from "@/live";
import {
  Avatar,
  Button,
  EmptyState,
  IconAlertTriangle,
  IconArrowLeft,
  IconButton,
  IconSearch,
  IconWorld,
  NarrowOnly,
  PaneHead,
  Row,
  Skeleton,
  TextField,
  toasts,
} from "@/ui";
import { joinChat, withdrawRequest } from "../commands";
import { useAttempt } from "../parts/useAttempt";
import styles from "./browse.module.css";

/** Groups of the organisation that anybody in it may enter, or ask to. */
export function Browse() {
  const { t } = useTranslation("groups");
  const { t: messenger } = useTranslation("messenger");
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const query = useDeferredValue(typed.trim());
  const low = query.toLocaleLowerCase();
  const chats = useInfiniteQuery({
    queryKey: keys.publicChats,
    queryFn: ({ pageParam }): Promise<Listed<PublicChat>> =>
      api.get("/chats/public", { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  // Names are sealed on the server, so they are searched here: all pages are wanted for that.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = chats;
  useEffect(() => {
    if (query && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [query, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const all = (chats.data?.pages.flatMap((page) => page.items) ?? []).filter((chat) =>
    `${chat.name} ${chat.description}`.toLocaleLowerCase().includes(low),
  );
  return (
    <>
      <PaneHead
        leading={
          <NarrowOnly>
            <IconButton label={messenger("back")} onClick={() => navigate({ to: "/chats" })}>
              <IconArrowLeft size={20} />
            </IconButton>
          </NarrowOnly>
        }
        title={t("browse.title")}
      />
      <div className={styles.scroll}>
        <div className={styles.page}>
          <TextField
            label={t("browse.search")}
            labelHidden
            placeholder={t("browse.search")}
            leading={<IconSearch size={16} />}
            value={typed}
            onText={setTyped}
            autoComplete="off"
          />
          {chats.isPending ? (
            <Skeleton rows={5} label={t("browse.loading")} />
          ) : chats.isError ? (
            <EmptyState
              tone="danger"
              icon={<IconAlertTriangle size={24} />}
              title={t("browse.error")}
              action={<Button onClick={() => chats.refetch()}>{t("retry")}</Button>}
            />
          ) : all.length === 0 ? (
            <EmptyState
              icon={<IconWorld size={28} />}
              title={query ? t("browse.nothing", { query }) : t("browse.empty")}
              text={t("browse.empty_text")}
            />
          ) : (
            <ul className={styles.list}>
              {all.map((chat) => (
                <li key={chat.id} className={styles.entry}>
                  <Row
                    leading={<Avatar id={chat.id} name={chat.name} shape="square" />}
                    title={chat.name}
                    aside={messenger("members", { count: chat.members })}
                    detail={chat.description || undefined}
                  />
                  <Enter chat={chat} />
                </li>
              ))}
            </ul>
          )}
          {hasNextPage && (
            <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
              {t("more")}
            </Button>
          )}
        </div>
      </div>
    </>
  );
}

function Enter({ chat }: { chat: PublicChat }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const navigate = useNavigate();
  const attempt = useAttempt();
  const [asked, setAsked] = useState(chat.is_requested);
  const open = () => navigate({ to: "/chats/$chat", params: { chat: chat.id } });
  const join = () =>
    attempt(async () => {
      const answer = await joinChat(client, chat.id);
      if (!answer.requested) return open();
      setAsked(true);
      toasts.show({ text: t("browse.asked_toast", { name: chat.name }) });
    });
  if (chat.is_joined) {
    return (
      <Button
        size="small"
        aria-label={t("browse.open_name", { name: chat.name })}
        onClick={() => void open()}
      >
        {t("browse.open")}
      </Button>
    );
  }
  if (asked) {
    return (
      <>
        <span className={styles.asked}>{t("browse.asked")}</span>
        <Button
          size="small"
          look="plain"
          aria-label={t("browse.withdraw_name", { name: chat.name })}
          onClick={() =>
            void attempt(async () => {
              await withdrawRequest(client, chat.id);
              setAsked(false);
            })
          }
        >
          {t("browse.withdraw")}
        </Button>
      </>
    );
  }
  const asks = chat.join === "approval";
  return (
    <Button
      size="small"
      look={asks ? "outline" : "primary"}
      aria-label={
        asks ? t("browse.ask_name", { name: chat.name }) : t("browse.join_name", { name: chat.name })
      }
      onClick={() => void join()}
    >
      {asks ? t("browse.ask") : t("browse.join")}
    </Button>
  );
}
