import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { type Anchor, anchorOf, Popup } from "../popup/Popup";
import { type MenuItem, MenuList } from "./MenuList";
import styles from "./menu.module.css";

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
  const popup = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!popup.current?.contains(target) && !button.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
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
        <div ref={popup} className={styles.popup} data-align={align} data-side={side}>
          {header}
          <MenuList id={id} items={items} label={label} onClose={close} />
        </div>
      )}
    </span>
  );
}

interface FloatingProps {
  anchor: Anchor;
  items: MenuItem[];
  label: string;
  align?: "start" | "end";
  onClose(): void;
}

/** A menu at a point, or at a control inside something that scrolls. */
export function FloatingMenu({ anchor, items, label, align, onClose }: FloatingProps) {
  return (
    <Popup anchor={anchor} label={label} align={align} onClose={onClose}>
      <div className={styles.floating}>
        <MenuList items={items} label={label} onClose={onClose} />
      </div>
    </Popup>
  );
}

/** As `Menu`, for a button inside something that scrolls. */
export function FloatingMenuButton({ items, trigger, label, align = "end" }: Props) {
  const [anchor, setAnchor] = useState<Anchor | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      {trigger({
        ref: button,
        "aria-haspopup": "menu",
        "aria-expanded": anchor !== null,
        "aria-controls": undefined,
        onClick: () => setAnchor(anchor || !button.current ? null : anchorOf(button.current)),
      })}
      {anchor && (
        <FloatingMenu
          anchor={anchor}
          items={items}
          label={label}
          align={align}
          onClose={() => setAnchor(null)}
        />
      )}
    </>
  );
}
