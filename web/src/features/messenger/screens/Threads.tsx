import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Thread } from "@/api";
import { useFormat } from "@/app/format";
import { pictureOf } from "@/features/people/public";
import {
  Avatar,
  Button,
  CountBadge,
  EmptyState,
  IconAlertTriangle,
  IconArrowLeft,
  IconButton,
  IconMessages,
  NarrowOnly,
  PaneHead,
  Row,
  Skeleton,
} from "@/ui";
import { nameElsewhere } from "../parts/imported";
import { MessageLine } from "../parts/lines";
import { threadsQuery, useChats } from "../queries";
import styles from "./threads.module.css";

/** The threads that one follows, the last answer first. */
export function Threads() {
  const { t } = useTranslation("talk");
  const { t: messenger } = useTranslation("messenger");
  const navigate = useNavigate();
  const threads = useInfiniteQuery(threadsQuery);
  const all = threads.data?.pages.flatMap((page) => page.items) ?? [];
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
        title={t("threads.title")}
      />
      {threads.isPending ? (
        <Skeleton rows={6} look="message" label={t("threads.loading")} />
      ) : threads.isError ? (
        <EmptyState
          tone="danger"
          icon={<IconAlertTriangle size={24} />}
          title={t("threads.error")}
          action={<Button onClick={() => threads.refetch()}>{messenger("retry")}</Button>}
        />
      ) : all.length === 0 ? (
        <EmptyState
          icon={<IconMessages size={28} />}
          title={t("threads.empty")}
          text={t("threads.empty_text")}
        />
      ) : (
        <div className={styles.scroll}>
          <ul className={styles.list}>
            {all.map((thread) => (
              <li key={thread.root.id}>
                <Entry thread={thread} />
              </li>
            ))}
          </ul>
          {threads.hasNextPage && (
            <Button busy={threads.isFetchingNextPage} onClick={() => threads.fetchNextPage()}>
              {t("more")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function Entry({ thread }: { thread: Thread }) {
  const { t } = useTranslation("talk");
  const { t: messenger } = useTranslation("messenger");
  const format = useFormat();
  const { chats } = useChats();
  const { root, author, unread } = thread;
  const chat = chats.find((one) => one.id === root.chat);
  const elsewhere = nameElsewhere(root);
  return (
    <Link to="/chats/$chat" params={{ chat: root.chat }} search={{ thread: root.id }} className={styles.link}>
      <Row
        strong={unread > 0}
        leading={
          <Avatar id={elsewhere ?? author.id} name={elsewhere ?? author.name} picture={pictureOf(author)} />
        }
        title={<MessageLine message={root} named />}
        aside={root.replies ? format.brief(root.replies.last_at) : undefined}
        detail={t("threads.in", {
          count: root.replies?.count ?? 0,
          name: chat?.name ?? "…",
        })}
        trailing={
          unread > 0 ? (
            <CountBadge count={unread} label={messenger("list.unread_count", { count: unread })} />
          ) : null
        }
      />
    </Link>
  );
}
