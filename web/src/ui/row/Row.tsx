import type { ReactNode } from "react";
import styles from "./row.module.css";

interface Props {
  leading?: ReactNode;
  title: ReactNode;
  /** Beside the title: a time, a tag. */
  aside?: ReactNode;
  detail?: ReactNode;
  /** Beside the detail, or at the end of the row: counts, buttons. */
  trailing?: ReactNode;
  strong?: boolean;
}

/** What every list row looks like inside; the list decides whether it is a link, an option or neither. */
export function Row({ leading, title, aside, detail, trailing, strong }: Props) {
  return (
    <span className={styles.row} data-strong={strong ? "" : undefined}>
      {leading}
      <span className={styles.middle}>
        <span className={styles.line}>
          <span className={styles.title}>{title}</span>
          {aside && <span className={styles.aside}>{aside}</span>}
        </span>
        {detail !== undefined && (
          <span className={styles.line}>
            <span className={styles.detail}>{detail}</span>
          </span>
        )}
      </span>
      {trailing && <span className={styles.trailing}>{trailing}</span>}
    </span>
  );
}
