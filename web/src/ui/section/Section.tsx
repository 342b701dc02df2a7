import { type ReactNode, useId } from "react";
import styles from "./section.module.css";

interface Props {
  title: string;
  text?: string;
  aside?: ReactNode;
  children: ReactNode;
}

/** One matter of a settings page: a heading, a sentence, its controls. */
export function Section({ title, text, aside, children }: Props) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <header className={styles.header}>
        <div>
          <h2 id={id}>{title}</h2>
          {text && <p className={styles.text}>{text}</p>}
        </div>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Stack({ children, gap = 16 }: { children: ReactNode; gap?: 4 | 8 | 12 | 16 | 24 }) {
  return (
    <div className={styles.stack} data-gap={gap}>
      {children}
    </div>
  );
}

export function Actions({ children, align = "start" }: { children: ReactNode; align?: "start" | "end" }) {
  return (
    <div className={styles.actions} data-align={align}>
      {children}
    </div>
  );
}
