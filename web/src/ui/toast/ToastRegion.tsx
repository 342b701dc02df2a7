import { useSyncExternalStore } from "react";
import { Button, IconButton } from "../button/Button";
import { IconX } from "../icons";
import styles from "./toast.module.css";
import { type Toast, toasts } from "./toasts";

interface Props {
  label: string;
  dismissLabel: string;
}

/** Plain news is announced when the reader pauses, errors at once. */
export function ToastRegion({ label, dismissLabel }: Props) {
  const all = useSyncExternalStore(toasts.listen, toasts.list);
  const render = (toast: Toast) => (
    <li key={toast.id} className={styles.toast} data-tone={toast.tone}>
      <div className={styles.text}>
        <p className={styles.line}>{toast.text}</p>
        {toast.detail && <p className={styles.detail}>{toast.detail}</p>}
      </div>
      {toast.action && (
        <Button
          size="small"
          onClick={() => {
            toast.action?.run();
            toasts.dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton size="small" label={dismissLabel} onClick={() => toasts.dismiss(toast.id)}>
        <IconX size={16} />
      </IconButton>
    </li>
  );
  return (
    <section className={styles.region} aria-label={label}>
      <ul aria-live="assertive">{all.filter((toast) => toast.tone === "danger").map(render)}</ul>
      <ul aria-live="polite">{all.filter((toast) => toast.tone === "plain").map(render)}</ul>
    </section>
  );
}
