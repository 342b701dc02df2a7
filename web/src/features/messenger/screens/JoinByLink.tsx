import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api";
import { Problem, useExplain } from "@/app/refusals";
import { Avatar, Button, EmptyState, IconAlertTriangle, Skeleton, Stack } from "@/ui";
import { joinByLink } from "../commands";
import styles from "./join-by-link.module.css";

/** Where a link to a group leads. What stands behind `#` is the key, and is sent to nobody but the server. */
export function JoinByLink() {
  const { t } = useTranslation("groups");
  const { t: messenger } = useTranslation("messenger");
  const client = useQueryClient();
  const navigate = useNavigate();
  const explain = useExplain();
  const [token] = useState(() => window.location.hash.slice(1));
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const found = useQuery({
    queryKey: ["chat-link-view", token],
    queryFn: () => api.post("/chats/links/inspect", { body: { token } }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (found.isPending) return <Skeleton rows={3} label={t("join_link.loading")} />;
  if (found.isError) {
    return (
      <EmptyState
        icon={<IconAlertTriangle size={24} />}
        title={t("join_link.invalid")}
        text={explain(found.error).text}
        action={<Link to="/chats">{messenger("gone.back")}</Link>}
      />
    );
  }
  const chat = found.data;
  const open = (id: string) => navigate({ to: "/chats/$chat", params: { chat: id }, replace: true });
  const join = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const answer = await joinByLink(client, token);
      if (answer.chat) return await open(answer.chat.id);
      setAsked(true);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.place}>
      <section className={styles.card} aria-labelledby="join-by-link">
        <Avatar id={chat.id} name={chat.name} shape="square" size={64} />
        <h1 id="join-by-link">{chat.name}</h1>
        <p className={styles.quiet}>{messenger("members", { count: chat.members })}</p>
        {chat.description && <p className={styles.about}>{chat.description}</p>}
        <Stack>
          <Problem error={failure} />
          {asked ? (
            <p role="status">{t("join_link.asked")}</p>
          ) : chat.is_joined ? (
            <Button look="primary" onClick={() => void open(chat.id)}>
              {t("browse.open")}
            </Button>
          ) : (
            <Button look="primary" busy={busy} onClick={() => void join()}>
              {chat.join === "approval" ? t("join_link.ask") : t("join_link.join")}
            </Button>
          )}
          <Link to="/chats">{messenger("gone.back")}</Link>
        </Stack>
      </section>
    </div>
  );
}
