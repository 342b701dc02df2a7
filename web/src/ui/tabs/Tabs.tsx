import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import styles from "./tabs.module.css";

interface Props<T extends string> {
  label: string;
  value: T;
  tabs: { value: T; label: ReactNode }[];
  onPick(value: T): void;
  children: ReactNode;
}

/** Several views of one thing, one at a time. Arrow keys move between them. */
export function Tabs<T extends string>({ label, value, tabs, onPick, children }: Props<T>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.value === value);
    const next: Record<string, number> = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = tabs[next[event.key] ?? -1];
    if (!to) return;
    event.preventDefault();
    onPick(to.value);
    list.current?.querySelector<HTMLElement>(`[data-tab="${to.value}"]`)?.focus();
  };
  return (
    <>
      <div ref={list} role="tablist" aria-label={label} className={styles.list}>
        {tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            data-tab={tab.value}
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            className={styles.tab}
            onClick={() => onPick(tab.value)}
            onKeyDown={press}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
        className={styles.panel}
        // What scrolls has to be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without it arrow keys could not scroll the panel
        tabIndex={0}
      >
        {children}
      </div>
    </>
  );
}
