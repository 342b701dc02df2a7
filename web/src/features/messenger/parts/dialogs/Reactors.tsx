import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Message, type PersonReaction } from "@/api";
import { Problem } from "@/app/refusals";
import { pictureOf } from "@/features/people/public";
import { Avatar, Dialog, Row, Skeleton } from "@/ui";
import styles from "./dialogs.module.css";

/** Who reacted to a message, by emoji. */
export function Reactors({ message, onClose }: { message: Message; onClose(): void }) {
  const { t } = useTranslation("talk");
  const path = { chat: message.chat, message: message.id };
  const reactions = useQuery({
    queryKey: ["reactions", message.id, message.change],
    queryFn: () => api.get("/chats/{chat}/messages/{message}/reactions", { path }),
  });
  const byEmoji = new Map<string, PersonReaction[]>();
  for (const one of reactions.data?.items ?? []) {
    byEmoji.set(one.emoji, [...(byEmoji.get(one.emoji) ?? []), one]);
  }
  return (
    <Dialog title={t("reactions.label")} closeLabel={t("close")} onClose={onClose} size="small">
      <Problem error={reactions.error} />
      <div className={styles.people}>
        {reactions.isPending && <Skeleton rows={4} label={t("reactions.label")} />}
        {[...byEmoji].map(([emoji, all]) => (
          <section key={emoji} aria-label={t("reactions.count", { emoji, count: all.length })}>
            <h3 className={styles.emoji}>
              {emoji} {all.length}
            </h3>
            <ul>
              {all.map(({ account }) => (
                <li key={account.id} className={styles.person}>
                  <Row
                    leading={
                      <Avatar id={account.id} name={account.name} picture={pictureOf(account)} size={32} />
                    }
                    title={account.name}
                  />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
