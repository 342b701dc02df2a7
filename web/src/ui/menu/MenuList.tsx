import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import styles from "./menu.module.css";

export interface MenuItem {
  key: string;
  label: string;
  icon?: ReactNode;
  /** The key that does the same elsewhere. */
  keys?: string | undefined;
  tone?: "plain" | "danger";
  disabledReason?: string | undefined;
  checked?: boolean;
  /** Begins a new group. */
  separated?: boolean;
  onPick(): void;
}

interface Props {
  id?: string;
  items: MenuItem[];
  label: string;
  onClose(): void;
}

/** The items of an open menu: arrows, Home, End and first letters move; Escape and Tab leave. */
export function MenuList({ id, items, label, onClose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus({ preventScroll: true });
  }, []);

  const move = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
      onClose();
    } else if (event.key in next) {
      event.preventDefault();
      event.stopPropagation();
      all.at((next[event.key] ?? 0) % all.length)?.focus();
    } else if (event.key.length === 1) {
      event.stopPropagation();
      const letter = event.key.toLowerCase();
      all.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
    }
  };

  return (
    <div ref={list} id={id} role="menu" aria-label={label} tabIndex={-1} onKeyDown={move}>
      {items.map((item) => (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is known only at run time, and fits
        <button
          key={item.key}
          type="button"
          role={item.checked === undefined ? "menuitem" : "menuitemradio"}
          aria-checked={item.checked}
          aria-disabled={item.disabledReason ? true : undefined}
          title={item.disabledReason}
          className={styles.item}
          data-tone={item.tone ?? "plain"}
          data-separated={item.separated ? "" : undefined}
          tabIndex={-1}
          onClick={() => {
            if (item.disabledReason) return;
            onClose();
            item.onPick();
          }}
        >
          <span className={styles.icon}>{item.icon}</span>
          <span className={styles.label}>{item.label}</span>
          {item.keys && (
            <span className={styles.keys} aria-hidden="true">
              {item.keys}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
