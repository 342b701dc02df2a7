import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { Problem } from "@/app/refusals";
import { usePerson } from "@/features/people/public";
import { Button, Dialog, Stack } from "@/ui";
import { recallMessage } from "../../talk";
import { MessageLine } from "../lines";
import styles from "./dialogs.module.css";

/** Taking back what somebody else said: it is told to everybody, and cannot be undone. */
export function Recall({ message, onClose }: { message: Message; onClose(): void }) {
  const { t } = useTranslation("talk");
  const client = useQueryClient();
  const author = usePerson(message.author);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const recall = async () => {
    setBusy(true);
    try {
      await recallMessage(client, message);
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("recall.title")}
      closeLabel={t("close")}
      onClose={onClose}
      size="small"
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            {t("cancel")}
          </Button>
          <Button look="danger" busy={busy} onClick={() => void recall()}>
            {t("recall.submit")}
          </Button>
        </>
      }
    >
      <Stack>
        <p>{t("recall.text", { who: author?.name ?? "…" })}</p>
        <p className={styles.excerpt}>
          <MessageLine message={message} named={false} />
        </p>
        <Problem error={failure} />
      </Stack>
    </Dialog>
  );
}
