import type { ReactNode } from "react";
import styles from "./empty.module.css";

interface Props {
  icon: ReactNode;
  title: string;
  text?: string;
  action?: ReactNode;
  tone?: "quiet" | "danger";
}

/** The one way to say that there is nothing here, or that it could not be had. */
export function EmptyState({ icon, title, text, action, tone = "quiet" }: Props) {
  return (
    <div className={styles.empty} data-tone={tone} role={tone === "danger" ? "alert" : undefined}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <p className={styles.title}>{title}</p>
      {text && <p className={styles.text}>{text}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
