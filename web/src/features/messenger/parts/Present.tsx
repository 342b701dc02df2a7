import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePresence } from "@/live";
import styles from "./present.module.css";

interface PresentProps {
  account: string | undefined;
  /** Where readers hear of it: at the picture, or apart, by a {@link PresentWord} after the name. */
  told?: "here" | "apart";
  children: ReactNode;
}

/** A picture of somebody, with a mark while they are there. Groups are never there. */
export function Present({ account, told = "here", children }: PresentProps) {
  const { t } = useTranslation("messenger");
  const isPresent = usePresence(account);
  const heard = told === "here" ? { role: "img", "aria-label": t("online") } : { "aria-hidden": true };
  return (
    <span className={styles.place}>
      {children}
      {isPresent && <span className={styles.mark} {...heard} />}
    </span>
  );
}

/** Says to readers that somebody is there, where the name has to come first. */
export function PresentWord({ account }: { account: string | undefined }) {
  const { t } = useTranslation("messenger");
  return usePresence(account) ? <span className={styles.word}> {t("online")}</span> : null;
}
