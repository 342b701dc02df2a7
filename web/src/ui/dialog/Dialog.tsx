import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "../button/Button";
import { IconX } from "../icons";
import styles from "./dialog.module.css";

interface Props {
  title: string;
  closeLabel: string;
  onClose(): void;
  children: ReactNode;
  /** Buttons; they stay in sight while the body scrolls. */
  footer?: ReactNode;
  size?: "small" | "medium" | "wide";
  /** `bare` leaves title and close button to the ear only, as the palette wants it. */
  look?: "framed" | "bare";
}

/**
 * A modal dialog on the browser's own `dialog`: it traps focus, makes the rest
 * inert and closes on Escape. Focus goes back to where it came from.
 */
export function Dialog({
  title,
  closeLabel,
  onClose,
  children,
  footer,
  size = "medium",
  look = "framed",
}: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = document.activeElement;
    dialog.showModal();
    const first = dialog.querySelector<HTMLElement>("[data-autofocus], input, textarea, select");
    (first ?? dialog).focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same, by way of `cancel`
    <dialog
      ref={ref}
      tabIndex={-1}
      className={styles.dialog}
      data-size={size}
      data-look={look}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className={styles.body}>
        {look === "framed" ? (
          <header className={styles.header}>
            <h2 id={titleId}>{title}</h2>
            <IconButton label={closeLabel} onClick={onClose}>
              <IconX size={20} />
            </IconButton>
          </header>
        ) : (
          <h2 id={titleId} className="only-read-aloud">
            {title}
          </h2>
        )}
        <div className={styles.content}>{children}</div>
        {footer && <footer className={styles.footer}>{footer}</footer>}
      </div>
    </dialog>
  );
}
