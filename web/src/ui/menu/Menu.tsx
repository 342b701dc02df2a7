import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import styles from "./menu.module.css";

export interface MenuItem {
  key: string;
  label: string;
  icon?: ReactNode;
  tone?: "plain" | "danger";
  disabledReason?: string | undefined;
  checked?: boolean;
  onPick(): void;
}

interface Props {
  items: MenuItem[];
  /** Receives what the button needs to open the menu. */
  trigger(button: {
    ref: React.RefObject<HTMLButtonElement | null>;
    "aria-haspopup": "menu";
    "aria-expanded": boolean;
    "aria-controls": string | undefined;
    onClick(): void;
  }): ReactNode;
  label: string;
  align?: "start" | "end";
  side?: "bottom" | "top" | "right";
  header?: ReactNode;
}

export function Menu({ items, trigger, label, align = "end", side = "bottom", header }: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    list.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !button.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  const move = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
      close();
    } else if (event.key in next) {
      event.preventDefault();
      all.at((next[event.key] ?? 0) % all.length)?.focus();
    } else if (event.key.length === 1) {
      const letter = event.key.toLowerCase();
      all.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter))?.focus();
    }
  };

  return (
    <span className={styles.anchor}>
      {trigger({
        ref: button,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        "aria-controls": open ? id : undefined,
        onClick: () => setOpen(!open),
      })}
      {open && (
        <div className={styles.popup} data-align={align} data-side={side}>
          {header}
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
                tabIndex={-1}
                onClick={() => {
                  if (item.disabledReason) return;
                  close();
                  item.onPick();
                }}
              >
                <span className={styles.icon}>{item.icon}</span>
                {item.label}
              </button>
            ))}
          </div>
        </div>
      )}
    </span>
  );
}
