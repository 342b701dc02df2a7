import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Actions, Button, Dialog, Stack, TextField } from "@/ui";
import { disband } from "../../commands";

/** Nobody can bring it back, so the name has to be typed. */
export function Disband({ chat, onClose }: { chat: Chat; onClose(): void }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initial: { name: "" },
    check: ({ name }) => ({ name: name.trim() === chat.name ? undefined : t("disband.differs") }),
    submit: async () => {
      await disband(client, chat.id);
      onClose();
      await navigate({ to: "/chats" });
    },
  });
  return (
    <Dialog title={t("disband.title")} closeLabel={t("close")} onClose={onClose} size="small">
      <form {...form.props}>
        <Stack>
          <p>{t("disband.warning", { name: chat.name })}</p>
          <Problem error={form.failure} />
          <TextField {...form.field("name")} label={t("disband.type")} autoComplete="off" />
          <Actions align="end">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" look="danger" busy={form.busy}>
              {t("disband.submit")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
