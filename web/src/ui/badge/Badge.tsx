import styles from "./badge.module.css";

interface CountProps {
  count: number;
  tone?: "accent" | "quiet" | "danger";
  /** What the number counts, for readers. */
  label: string;
}

const MOST = 999;

export function CountBadge({ count, tone = "accent", label }: CountProps) {
  if (count <= 0) return null;
  return (
    <span className={styles.count} data-tone={tone}>
      <span aria-hidden="true">{count > MOST ? `${MOST}+` : count}</span>
      <span className="only-read-aloud">{label}</span>
    </span>
  );
}

interface TagProps {
  tone?: "quiet" | "accent" | "positive" | "caution" | "danger" | "sealed";
  children: React.ReactNode;
}

export function Tag({ tone = "quiet", children }: TagProps) {
  return (
    <span className={styles.tag} data-tone={tone}>
      {children}
    </span>
  );
}
