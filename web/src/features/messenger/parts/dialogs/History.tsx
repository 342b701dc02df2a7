import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Message } from "@/api";
import { useFormat } from "@/app/format";
import { Problem } from "@/app/refusals";
import { Dialog, Skeleton } from "@/ui";
import { MessageText } from "../text/MessageText";
import styles from "./dialogs.module.css";

/** Every wording of a message, the newest first. */
export function History({ message, onClose }: { message: Message; onClose(): void }) {
  const { t } = useTranslation("talk");
  const format = useFormat();
  const path = { chat: message.chat, message: message.id };
  const versions = useQuery({
    queryKey: ["versions", message.id, message.edits],
    queryFn: () => api.get("/chats/{chat}/messages/{message}/versions", { path }),
  });
  const last = (versions.data?.items.length ?? 0) - 1;
  return (
    <Dialog title={t("history.title")} closeLabel={t("close")} onClose={onClose}>
      <Problem error={versions.error} />
      {versions.isPending && <Skeleton rows={3} look="lines" label={t("history.title")} />}
      <ol className={styles.versions}>
        {versions.data?.items.toReversed().map((version) => (
          <li key={version.edit} className={styles.version}>
            <p className={styles.when}>
              <time dateTime={version.written_at}>{format.full(version.written_at)}</time>
              {version.edit === last && ` · ${t("history.now")}`}
              {version.edit === 0 && ` · ${t("history.first")}`}
            </p>
            <MessageText text={version.text} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
