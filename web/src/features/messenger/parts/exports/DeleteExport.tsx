import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Export } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Actions, Button, Dialog, Stack } from "@/ui";
import { deleteExport, isUnderway } from "../../exports";

/** Asks before an archive goes, or before the work on one is thrown away. */
export function DeleteExport({ one, onClose }: { one: Export; onClose(): void }) {
  const { t } = useTranslation("exports");
  const client = useQueryClient();
  const what = isUnderway(one) ? "give_up" : "delete";
  const form = useForm({
    initial: {},
    check: () => ({}),
    submit: async () => {
      await deleteExport(client, one.id);
      onClose();
    },
  });
  return (
    <Dialog title={t(`ask_title.${what}`)} closeLabel={t("close")} onClose={onClose} size="small">
      <form {...form.props}>
        <Stack>
          <p>{t(`ask_text.${what}`)}</p>
          <Problem error={form.failure} />
          <Actions align="end">
            <Button onClick={onClose} data-autofocus>
              {t("keep")}
            </Button>
            <Button type="submit" look="danger" busy={form.busy}>
              {t(`ask_submit.${what}`)}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
