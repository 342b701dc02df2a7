import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePresence } from "@/live";
import styles from "./present.module.css";

/** A picture of somebody, with a mark while they are there. Groups are never there. */
export function Present({ account, children }: { account: string | undefined; children: ReactNode }) {
  const { t } = useTranslation("messenger");
  const isPresent = usePresence(account);
  return (
    <span className={styles.place}>
      {children}
      {isPresent && <span className={styles.mark} role="img" aria-label={t("online")} />}
    </span>
  );
}
