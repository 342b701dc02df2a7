import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import styles from "./resize.module.css";

interface Props {
  label: string;
  width: number;
  min: number;
  max: number;
  onWidth(width: number): void;
}

const STEP_PX = 16;

/** The edge of a pane: drag it, or move it with the arrow keys. */
export function ResizeHandle({ label, width, min, max, onWidth }: Props) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const clamp = (value: number) => Math.round(Math.min(max, Math.max(min, value)));

  const drag = (event: PointerEvent) => {
    if (start.current) onWidth(clamp(start.current.width + event.clientX - start.current.x));
  };
  const press = (event: KeyboardEvent) => {
    const to: Record<string, number> = {
      ArrowLeft: width - STEP_PX,
      ArrowRight: width + STEP_PX,
      Home: min,
      End: max,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onWidth(clamp(next));
  };

  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={styles.handle}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        start.current = null;
      }}
    />
  );
}
