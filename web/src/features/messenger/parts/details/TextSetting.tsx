import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Actions, Button } from "@/ui";
import { MessageText } from "../text/MessageText";
import { useAttempt } from "../useAttempt";
import styles from "./details.module.css";

interface Props {
  label: string;
  hint?: string;
  text: string;
  longest: number;
  /** Only read by whoever does not lead. */
  locked: boolean;
  onSave(text: string): Promise<unknown>;
}

/** A longer text of the chat: read in place, and written in place. */
export function TextSetting({ label, hint, text, longest, locked, onSave }: Props) {
  const { t } = useTranslation("groups");
  const attempt = useAttempt();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    if (await attempt(() => onSave((typed ?? "").trim()))) setTyped(null);
    setBusy(false);
  };
  return (
    <div>
      <div className={styles.blockHead}>
        <h3 id={id}>{label}</h3>
        {!locked && typed === null && (
          <Button size="small" look="plain" aria-describedby={id} onClick={() => setTyped(text)}>
            {t("change")}
          </Button>
        )}
      </div>
      {typed === null ? (
        text ? (
          <MessageText text={text} />
        ) : (
          <p className={styles.quiet}>{hint ?? t("nothing_yet")}</p>
        )
      ) : (
        <>
          <textarea
            className={styles.area}
            aria-labelledby={id}
            rows={4}
            maxLength={longest}
            value={typed}
            // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
            autoFocus
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Escape" && setTyped(null)}
          />
          <Actions align="end">
            <Button size="small" onClick={() => setTyped(null)}>
              {t("cancel")}
            </Button>
            <Button size="small" look="primary" busy={busy} onClick={() => void save()}>
              {t("save")}
            </Button>
          </Actions>
        </>
      )}
    </div>
  );
}
