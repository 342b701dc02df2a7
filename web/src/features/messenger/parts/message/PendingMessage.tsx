import { useTranslation } from "react-i18next";
import { useExplain } from "@/app/refusals";
import { useAccount } from "@/app/session";
import { pictureOf } from "@/features/people/public";
import { Button, IconAlertTriangle, IconClock } from "@/ui";
import { outbox, type Pending } from "../../outbox";
import { Attachments } from "../files/Attachments";
import { nameElsewhere } from "../imported";
import { MessageText } from "../text/MessageText";
import styles from "./message.module.css";
import { QuoteView } from "./QuoteView";
import { Shell } from "./Shell";

export function PendingMessage({ entry, head }: { entry: Pending; head: boolean }) {
  const { t } = useTranslation("messenger");
  const me = useAccount();
  const explain = useExplain();
  const { quote } = entry;
  return (
    <Shell head={head} id={me.id} name={me.name} picture={pictureOf(me)} at={entry.at} state={entry.state}>
      {quote && (
        <QuoteView
          quote={{
            message: quote.id,
            number: quote.number,
            author: quote.author,
            author_name: nameElsewhere(quote),
            excerpt: quote.kind === "text" ? quote.body.text.slice(0, 200) : "",
            recalled: false,
          }}
        />
      )}
      {entry.text !== "" && <MessageText text={entry.text} />}
      {entry.files.length > 0 && <Attachments chat={entry.place.chat} files={entry.files} />}
      {entry.state === "waiting" && (
        <p className={styles.note}>
          <IconClock size={14} aria-hidden="true" /> {t("pending.waiting")}
        </p>
      )}
      {entry.state === "failed" && (
        <div className={styles.failed} role="alert">
          <IconAlertTriangle size={14} aria-hidden="true" />
          <span>{t("pending.failed", { why: explain(entry.error).text })}</span>
          <Button size="small" onClick={() => outbox.retry(entry)}>
            {t("retry")}
          </Button>
          <Button size="small" look="plain" onClick={() => outbox.discard(entry)}>
            {t("pending.discard")}
          </Button>
        </div>
      )}
    </Shell>
  );
}
