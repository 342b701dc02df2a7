import { cloneElement, type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import styles from "./tooltip.module.css";

interface Props {
  text: string;
  keys?: string | undefined;
  side?: "top" | "bottom" | "right" | undefined;
  children: ReactElement<Record<string, unknown>>;
}

const DELAY_MS = 400;
/** Half of the widest tooltip, and some air. */
const ROOM_PX = 138;

interface Place {
  left: number;
  top: number;
  translate: string;
}

/**
 * Says what an icon is after a moment of rest. The control carries the same
 * words as its accessible name, so the tooltip itself is kept from readers.
 */
export function Tooltip({ text, keys, side = "bottom", children }: Props) {
  const [place, setPlace] = useState<Place | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hide = useCallback(() => {
    clearTimeout(timer.current);
    setPlace(null);
  }, []);
  useEffect(() => hide, [hide]);

  const show = (target: Element) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setPlace(placeOf(target.getBoundingClientRect(), side)), DELAY_MS);
  };

  const trigger = cloneElement(children, {
    onPointerEnter: (event: React.PointerEvent) => {
      if (event.pointerType !== "touch") show(event.currentTarget);
    },
    onPointerLeave: hide,
    onPointerDown: hide,
    onFocus: (event: React.FocusEvent) => {
      if (event.currentTarget.matches(":focus-visible")) show(event.currentTarget);
    },
    onBlur: hide,
  });

  return (
    <>
      {trigger}
      {place &&
        createPortal(
          <span className={styles.tip} style={place} aria-hidden="true">
            {text}
            {keys && <kbd className={styles.keys}>{keys}</kbd>}
          </span>,
          document.querySelector("dialog[open]:last-of-type") ?? document.body,
        )}
    </>
  );
}

function placeOf(box: DOMRect, side: "top" | "bottom" | "right"): Place {
  if (side === "right") return { left: box.right + 8, top: box.top + box.height / 2, translate: "0 -50%" };
  const top = side === "top" ? box.top - 6 : box.bottom + 6;
  const up = side === "top" ? "-100%" : "0";
  const middle = box.left + box.width / 2;
  // Beside an edge it ends where its control ends, so that it keeps its width.
  if (middle < ROOM_PX) return { left: box.left, top, translate: `0 ${up}` };
  if (middle > window.innerWidth - ROOM_PX) return { left: box.right, top, translate: `-100% ${up}` };
  return { left: middle, top, translate: `-50% ${up}` };
}
