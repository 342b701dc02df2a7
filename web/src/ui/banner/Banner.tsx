import type { ReactNode } from "react";
import styles from "./banner.module.css";

interface Props {
  tone: "plain" | "caution" | "danger" | "positive" | "sealed";
  icon?: ReactNode;
  children: ReactNode;
  action?: ReactNode;
  look?: "bar" | "card";
  /** `status` waits for a pause, `alert` interrupts; without a role it is read in its place. */
  role?: "status" | "alert";
}

/** A state of the frame, or a note inside a form. */
export function Banner({ tone, icon, children, action, look = "bar", role }: Props) {
  return (
    <div className={styles.banner} data-tone={tone} data-look={look} role={role}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
