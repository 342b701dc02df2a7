import { useTranslation } from "react-i18next";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { mentionedIn, partsOf } from "../mentions";
import styles from "./message.module.css";

export function MessageText({ text }: { text: string }) {
  const { t } = useTranslation("messenger");
  const me = useAccount();
  const names = useNames(mentionedIn(text));
  return (
    <>
      {partsOf(text).map((part, index) => {
        const key = index;
        if (part.kind === "text") return <span key={key}>{part.text}</span>;
        if (part.kind === "link") {
          return (
            <a key={key} href={part.address} target="_blank" rel="noopener noreferrer">
              {part.address}
            </a>
          );
        }
        const own = part.account === me.id || part.account === "all";
        const name = part.account === "all" ? t("mention.all") : (names.get(part.account) ?? "…");
        return (
          <span key={key} className={styles.mention} data-own={own ? "" : undefined}>
            @{name}
          </span>
        );
      })}
    </>
  );
}
