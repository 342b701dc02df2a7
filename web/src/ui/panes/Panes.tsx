import { type ReactNode, useEffect, useState } from "react";
import { ResizeHandle } from "../resize/ResizeHandle";
import styles from "./panes.module.css";

const MIN_PX = 280;
const MAX_PX = 360;
const STORAGE = "bastide.list-width";

interface PanesProps {
  list: ReactNode;
  listLabel: string;
  resizeLabel: string;
  children: ReactNode;
}

/** The list on the left and the work beside it; the frame decides how many of them fit. */
export function Panes({ list, listLabel, resizeLabel, children }: PanesProps) {
  const [width, setWidth] = useState(readWidth);
  useEffect(() => {
    document.documentElement.style.setProperty("--list-width", `${width}px`);
    keepWidth(width);
  }, [width]);
  return (
    <>
      <section className={styles.list} aria-label={listLabel}>
        {list}
        <div className={styles.edge}>
          <ResizeHandle label={resizeLabel} width={width} min={MIN_PX} max={MAX_PX} onWidth={setWidth} />
        </div>
      </section>
      <main className={styles.work} id="work" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

interface HeadProps {
  title: ReactNode;
  subtitle?: ReactNode;
  leading?: ReactNode;
  actions?: ReactNode;
}

export function PaneHead({ title, subtitle, leading, actions }: HeadProps) {
  return (
    <header className={styles.head}>
      {leading}
      <div className={styles.headText}>
        <h1 className={styles.headTitle}>{title}</h1>
        {subtitle && <p className={styles.headSubtitle}>{subtitle}</p>}
      </div>
      {actions && <div className={styles.headActions}>{actions}</div>}
    </header>
  );
}

/** Only on narrow screens, where the list is another page. */
export function NarrowOnly({ children }: { children: ReactNode }) {
  return <span className={styles.narrowOnly}>{children}</span>;
}

/** A page of reading width inside the work pane: settings, profiles, lists of members. */
export function Page({ children, wide }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className={styles.pageScroll}>
      <div className={styles.page} data-wide={wide ? "" : undefined}>
        {children}
      </div>
    </div>
  );
}

function readWidth(): number {
  try {
    const kept = Number(localStorage.getItem(STORAGE));
    return kept >= MIN_PX && kept <= MAX_PX ? kept : 308;
  } catch {
    return 308;
  }
}

function keepWidth(width: number): void {
  try {
    localStorage.setItem(STORAGE, String(width));
  } catch {
    // The width then lasts until the page is left.
  }
}
