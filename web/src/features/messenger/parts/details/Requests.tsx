import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Chat } from "@/api";
import { useFormat } from "@/app/format";
import { pictureOf } from "@/features/people/public";
import { keys } from "@/live";
import { Avatar, Button, Row, Skeleton } from "@/ui";
import { decideRequest } from "../../commands";
import { useAttempt } from "../useAttempt";
import styles from "./details.module.css";

/** Who asks to be let in. */
export function Requests({ chat }: { chat: Chat }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const attempt = useAttempt();
  const format = useFormat();
  const asked = useQuery({
    queryKey: keys.requests(chat.id),
    queryFn: () => api.get("/chats/{chat}/requests", { path: { chat: chat.id } }),
  });
  const decide = (account: string, accept: boolean) =>
    void attempt(() => decideRequest(client, chat.id, account, accept));
  return (
    <section className={styles.block} aria-label={t("request.label")}>
      <div className={styles.blockHead}>
        <h3>{t("request.count", { count: chat.requests })}</h3>
      </div>
      {asked.isPending ? (
        <Skeleton rows={2} label={t("request.label")} />
      ) : (
        <ul>
          {asked.data?.items.map(({ account, asked_at }) => (
            <li key={account.id} className={styles.request}>
              <Row
                leading={
                  <Avatar id={account.id} name={account.name} picture={pictureOf(account)} size={32} />
                }
                title={account.name}
                detail={format.ago(asked_at)}
              />
              <Button
                size="small"
                look="plain"
                aria-label={t("request.decline_who", { name: account.name })}
                onClick={() => decide(account.id, false)}
              >
                {t("request.decline")}
              </Button>
              <Button
                size="small"
                look="primary"
                aria-label={t("request.accept_who", { name: account.name })}
                onClick={() => decide(account.id, true)}
              >
                {t("request.accept")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
