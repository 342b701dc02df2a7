import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconShare3 } from "@/ui";
import styles from "./pick-bar.module.css";
import { MOST_PICKED, useTalk } from "./talkContext";

/** Stands where one writes while messages are being selected. */
export function PickBar({ onEnd }: { onEnd(): void }) {
  const { t } = useTranslation("talk");
  const { picked, show } = useTalk();
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    const before = document.activeElement;
    const press = (event: KeyboardEvent) => {
      // A dialog in front has its own Escape.
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      end.current();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  if (!picked) return null;
  const count = picked.length;
  return (
    <section className={styles.bar} aria-label={t("select.bar")}>
      <p className={styles.count} role="status">
        {t("select.count", { count })}
        {count >= MOST_PICKED && (
          <span className={styles.most}>{t("select.most", { count: MOST_PICKED })}</span>
        )}
      </p>
      <Button onClick={onEnd}>{t("select.end")}</Button>
      <Button
        look="primary"
        icon={<IconShare3 size={16} />}
        disabledReason={count === 0 ? t("select.none") : undefined}
        onClick={() => show({ kind: "forward", messages: picked, onSent: onEnd })}
      >
        {t("select.forward")}
      </Button>
    </section>
  );
}
