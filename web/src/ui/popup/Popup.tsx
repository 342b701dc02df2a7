import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import styles from "./popup.module.css";

/** What the popup stands next to: the box of a control, or a point. */
export interface Anchor {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Props {
  anchor: Anchor;
  label: string;
  onClose(): void;
  children: ReactNode;
  /** Whether its right edge follows the right edge of the anchor. */
  align?: "start" | "end";
  side?: "top" | "bottom";
}

const MARGIN_PX = 8;
const GAP_PX = 4;

/**
 * Floats above everything, so that no scrolling box cuts it off, and turns to where there is room. Closes on Escape and
 * on a press elsewhere; the focus goes back to where it was.
 */
export function Popup({ anchor, label, onClose, children, align = "start", side = "bottom" }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const popup = box.current;
    if (!popup) return;
    const put = () => setPlace(placeOf(anchor, popup.getBoundingClientRect(), align, side));
    put();
    // What is inside may come later.
    const grown = new ResizeObserver(put);
    grown.observe(popup);
    window.addEventListener("resize", put);
    return () => {
      grown.disconnect();
      window.removeEventListener("resize", put);
    };
  }, [anchor, align, side]);

  useEffect(() => {
    const before = document.activeElement;
    const popup = box.current;
    const outside = (event: Event) => {
      if (!popup?.contains(event.target as Node)) close.current();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      const lost = document.activeElement === document.body || popup?.contains(document.activeElement);
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return createPortal(
    <div
      ref={box}
      role="dialog"
      aria-label={label}
      className={styles.popup}
      style={place ?? { left: 0, top: 0, visibility: "hidden" }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </div>,
    document.querySelector("dialog[open]:last-of-type") ?? document.body,
  );
}

function placeOf(
  anchor: Anchor,
  size: { width: number; height: number },
  align: "start" | "end",
  side: "top" | "bottom",
): { left: number; top: number } {
  const wanted = align === "end" ? anchor.right - size.width : anchor.left;
  const left = Math.max(MARGIN_PX, Math.min(wanted, window.innerWidth - size.width - MARGIN_PX));
  const above = anchor.top - GAP_PX - size.height;
  const below = anchor.bottom + GAP_PX;
  const fitsAbove = above >= MARGIN_PX;
  const fitsBelow = below + size.height <= window.innerHeight - MARGIN_PX;
  const top =
    side === "top" ? (fitsAbove || !fitsBelow ? above : below) : fitsBelow || !fitsAbove ? below : above;
  return { left, top: Math.max(MARGIN_PX, Math.min(top, window.innerHeight - size.height - MARGIN_PX)) };
}

/** The box of an element, as an anchor. */
export function anchorOf(element: Element): Anchor {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return { left, right, top, bottom };
}
