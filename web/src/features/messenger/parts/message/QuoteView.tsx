import { useTranslation } from "react-i18next";
import type { Quote } from "@/api";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { useTextLine } from "../lines";
import { useTalk } from "../talkContext";
import styles from "./message.module.css";

/** The message that this one answers; it leads there. */
export function QuoteView({ quote }: { quote: Quote }) {
  const { t } = useTranslation("talk");
  const { t: messenger } = useTranslation("messenger");
  const me = useAccount();
  const { jump } = useTalk();
  const elsewhere = quote.author_name;
  const names = useNames(elsewhere ? [] : [quote.author]);
  const line = useTextLine(quote.excerpt);
  const who = quote.author === me.id ? messenger("you") : (elsewhere ?? names.get(quote.author) ?? "…");
  return (
    <button type="button" className={styles.quote} title={t("quote.go")} onClick={() => jump(quote.number)}>
      <span className="only-read-aloud">{t("quote.of")}</span>
      <span className={styles.quoteWho}>{who}</span>
      <span className={styles.quoteText}>
        {quote.recalled ? t("quote.recalled") : line || t("quote.no_words")}
      </span>
    </button>
  );
}
