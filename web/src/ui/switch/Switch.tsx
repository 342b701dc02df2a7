import { useId } from "react";
import styles from "./switch.module.css";

interface Props {
  label: string;
  hint?: string;
  on: boolean;
  /** It cannot be flipped; the hint says why. */
  disabled?: boolean;
  onFlip(on: boolean): void;
}

export function Switch({ label, hint, on, disabled, onFlip }: Props) {
  const id = useId();
  return (
    <div className={styles.line}>
      <div>
        <div id={id}>{label}</div>
        {hint && (
          <div id={`${id}-hint`} className={styles.hint}>
            {hint}
          </div>
        )}
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-disabled={disabled || undefined}
        aria-labelledby={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={styles.switch}
        onClick={() => !disabled && onFlip(!on)}
      >
        <span className={styles.knob} />
      </button>
    </div>
  );
}
