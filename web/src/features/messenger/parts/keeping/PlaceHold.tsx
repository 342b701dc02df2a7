import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Actions, Button, Dialog, Segmented, Stack, TextField, toasts } from "@/ui";
import { placeHold } from "../../keeping";
import { ChatChoice } from "./ChatChoice";
import styles from "./keeping.module.css";

const REASON_MOST = 500;

type Scope = "chat" | "all";

export function PlaceHold({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("keeping");
  const client = useQueryClient();
  const [scope, setScope] = useState<Scope>("chat");
  const form = useForm({
    initial: { reason: "", chat: "" },
    check: ({ reason, chat }) => ({
      reason: reason.trim() ? undefined : t("hold.no_reason"),
      chat: scope === "all" || chat ? undefined : t("hold.no_chat"),
    }),
    submit: async ({ reason, chat }) => {
      await placeHold(client, { chat: scope === "all" ? null : chat, reason: reason.trim() });
      toasts.show({ text: t("hold.placed_now"), about: "hold" });
      onClose();
    },
  });
  const { error } = form.field("chat");
  return (
    <Dialog title={t("hold.place")} closeLabel={t("close")} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <Problem error={isApiError(form.failure) ? form.failure : null} />
          <Segmented<Scope>
            label={t("hold.scope")}
            value={scope}
            onPick={setScope}
            wide
            options={[
              { value: "chat", label: t("hold.scope_chat") },
              { value: "all", label: t("hold.scope_all") },
            ]}
          />
          {scope === "chat" ? (
            <ChatChoice
              name="chat"
              chosen={form.values.chat}
              error={error}
              onChoose={form.field("chat").onText}
            />
          ) : (
            <p className={styles.quiet}>{t("hold.all_text")}</p>
          )}
          <TextField
            {...form.field("reason")}
            label={t("hold.reason")}
            hint={t("hold.reason_hint")}
            maxLength={REASON_MOST}
            autoComplete="off"
          />
          <Actions align="end">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t("hold.submit")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
