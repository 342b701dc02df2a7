import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/app/format";
import { Button, Dialog, Stack } from "@/ui";
import { beQuiet } from "../commands";
import { useQuiet } from "../queries";
import { useAttempt } from "./useAttempt";

const HOUR_MS = 3_600_000;

/** For how long the person wants to be left alone. */
export function QuietDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const attempt = useAttempt();
  const format = useFormat();
  const quiet = useQuiet();
  const choose = async (until: Date | null) => {
    if (await attempt(() => beQuiet(client, until?.toISOString() ?? null))) onClose();
  };
  const now = Date.now();
  return (
    <Dialog title={t("quiet.title")} closeLabel={t("close")} onClose={onClose} size="small">
      <Stack gap={8}>
        <p>{quiet ? t("quiet.until", { when: format.full(quiet) }) : t("quiet.text")}</p>
        {quiet && (
          <Button wide look="primary" onClick={() => void choose(null)}>
            {t("quiet.end")}
          </Button>
        )}
        <Button wide onClick={() => void choose(new Date(now + HOUR_MS / 2))}>
          {t("quiet.half_hour")}
        </Button>
        <Button wide onClick={() => void choose(new Date(now + HOUR_MS))}>
          {t("quiet.hour")}
        </Button>
        <Button wide onClick={() => void choose(new Date(now + 4 * HOUR_MS))}>
          {t("quiet.hours")}
        </Button>
        <Button wide onClick={() => void choose(morning(1))}>
          {t("quiet.tomorrow")}
        </Button>
        <Button wide onClick={() => void choose(morning((8 - new Date(now).getDay()) % 7 || 7))}>
          {t("quiet.monday")}
        </Button>
      </Stack>
    </Dialog>
  );
}

/** Nine in the morning, some days from now. */
function morning(days: number): Date {
  const at = new Date();
  at.setDate(at.getDate() + days);
  at.setHours(9, 0, 0, 0);
  return at;
}
