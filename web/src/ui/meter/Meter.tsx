import styles from "./meter.module.css";

interface Props {
  label: string;
  value: number;
  most: number;
  /** The value in words, as readers hear it. */
  text: string;
  /** Where being full is good: `sealed` stays itself. */
  tone?: "sealed";
}

const NEARLY = 0.9;

/** How much of something is taken; words beside it say the same. */
export function Meter({ label, value, most, text, tone }: Props) {
  const share = most > 0 ? Math.min(1, value / most) : 1;
  return (
    <div
      className={styles.meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuenow={Math.min(value, most)}
      aria-valuetext={text}
      data-tone={tone ?? (value >= most ? "full" : share >= NEARLY ? "nearly" : undefined)}
    >
      {share > 0 && <span className={styles.taken} style={{ width: `${share * 100}%` }} />}
    </div>
  );
}
