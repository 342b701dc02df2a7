import styles from "./skeleton.module.css";

interface Props {
  rows: number;
  look?: "row" | "message" | "lines";
  label: string;
}

const WIDTHS = [62, 44, 78, 53, 70, 38];

/** The shape of what is coming, shown after a moment so that quick answers never flicker. */
export function Skeleton({ rows, look = "row", label }: Props) {
  return (
    <div className={styles.skeleton} data-look={look} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
        <div key={index} className={styles.row} aria-hidden="true">
          {look !== "lines" && <span className={styles.disc} />}
          <span className={styles.lines}>
            <span className={styles.line} style={{ width: `${WIDTHS[index % WIDTHS.length]}%` }} />
            {look !== "lines" && (
              <span className={styles.line} style={{ width: `${WIDTHS[(index + 2) % WIDTHS.length]}%` }} />
            )}
          </span>
        </div>
      ))}
    </div>
  );
}
