import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/app/refusals";
import { Actions, Button, Dialog, Stack } from "@/ui";

interface Props {
  title: string;
  submit: string;
  children: ReactNode;
  onClose(): void;
  onSure(): Promise<unknown>;
}

/** Asks before what cannot be undone; a refusal stays in sight. */
export function Sure({ title, submit, children, onClose, onSure }: Props) {
  const { t } = useTranslation("keeping");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onSure();
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} closeLabel={t("close")} onClose={onClose} size="small">
      <Stack>
        {children}
        <Problem error={failure} />
        <Actions align="end">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="danger" busy={busy} onClick={() => void go()}>
            {submit}
          </Button>
        </Actions>
      </Stack>
    </Dialog>
  );
}
