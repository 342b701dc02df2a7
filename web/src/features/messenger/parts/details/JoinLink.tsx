import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Chat } from "@/api";
import { useFormat } from "@/app/format";
import { CopyLink } from "@/features/people/public";
import { keys } from "@/live";
import { Actions, Button, IconLink } from "@/ui";
import { useAttempt } from "../useAttempt";
import styles from "./details.module.css";

/** A link that lets people in. It is shown once: who lost it makes a new one, and the old one ends. */
export function JoinLink({ chat }: { chat: Chat }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const attempt = useAttempt();
  const format = useFormat();
  const [link, setLink] = useState<string | null>(null);
  const path = { chat: chat.id };
  const state = useQuery({
    queryKey: keys.link(chat.id),
    queryFn: () => api.get("/chats/{chat}/link", { path }),
  });
  const held = state.data?.link;
  const active = link !== null || (held?.is_good ?? false);
  const renew = () => client.invalidateQueries({ queryKey: keys.link(chat.id) });
  const make = () =>
    attempt(async () => {
      const made = await api.post("/chats/{chat}/link", { path, body: {} });
      setLink(new URL(made.path, location.origin).href);
      await renew();
    });
  const end = () =>
    attempt(async () => {
      await api.delete("/chats/{chat}/link", { path });
      setLink(null);
      await renew();
    });
  return (
    <section className={styles.block} aria-label={t("link.label")}>
      <div className={styles.blockHead}>
        <h3>{t("link.label")}</h3>
      </div>
      {link ? (
        <CopyLink label={t("link.address")} link={link} />
      ) : (
        <p className={styles.quiet}>
          {active && held
            ? t("link.active", { when: format.full(held.expires_at), count: held.uses })
            : chat.join === "closed"
              ? t("link.closed")
              : t("link.none")}
        </p>
      )}
      <div className={styles.last}>
        <Actions>
          <Button
            size="small"
            icon={<IconLink size={16} />}
            disabledReason={chat.join === "closed" ? t("link.closed") : undefined}
            onClick={() => void make()}
          >
            {active ? t("link.replace") : t("link.make")}
          </Button>
          {active && (
            <Button size="small" look="plain" onClick={() => void end()}>
              {t("link.end")}
            </Button>
          )}
        </Actions>
      </div>
    </section>
  );
}
