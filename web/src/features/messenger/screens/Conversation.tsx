import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
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
} from "@/ui";
import { Composer } from "../parts/Composer";
import { Details } from "../parts/Details";
import { MessageList } from "../parts/MessageList";
import { useChat } from "../queries";
import styles from "./conversation.module.css";

export function Conversation() {
  const { t } = useTranslation("messenger");
  const navigate = useNavigate();
  const { chat: id = "" } = useParams({ strict: false }) as { chat?: string };
  const { details = false } = useSearch({ strict: false }) as { details?: boolean };
  const { chat, error, refetch } = useChat(id);
  const other = usePerson(chat?.other?.id ?? "");
  const showDetails = (on: boolean) =>
    navigate({
      to: "/chats/$chat",
      params: { chat: id },
      search: on ? { details: true } : {},
      replace: true,
    });
  useShortcut("details", () => void showDetails(!details));

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
              <Avatar
                id={chat.other?.id ?? chat.id}
                name={chat.name}
                picture={pictureOf(chat.other)}
                shape={chat.kind === "group" ? "square" : "round"}
                size={32}
              />
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
              aria-pressed={details}
              onClick={() => void showDetails(!details)}
            >
              <IconLayoutSidebarRight size={20} />
            </IconButton>
          }
        />
        <MessageList key={chat.id} chat={chat} />
        <Composer key={`write-${chat.id}`} chat={chat} />
      </div>
      {details && <Details chat={chat} onClose={() => void showDetails(false)} />}
    </div>
  );
}
