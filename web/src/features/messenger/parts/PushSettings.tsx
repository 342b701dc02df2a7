import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { PushDetail } from "@/api";
import { languageOf } from "@/app/i18n";
import { useExplain } from "@/app/refusals";
import { useAccount } from "@/app/session";
import { Section, SelectField, Stack, Switch, toasts } from "@/ui";
import { beTold, beToldNoLonger, canBeTold, pushQuery } from "../push";

/** Whether, and how much, this browser is told while the suite is closed. */
export function PushSettings() {
  const { t, i18n } = useTranslation("groups");
  const client = useQueryClient();
  const explain = useExplain();
  const account = useAccount();
  const { data: state } = useQuery(pushQuery);
  const able = canBeTold();
  const on = able && state?.detail != null;
  const why = !able ? t("push.unable") : state && !state.key ? t("push.off") : undefined;

  const wish = async (detail: PushDetail) => {
    const outcome = await beTold(client, account.id, detail, languageOf(i18n.language));
    if (outcome !== "told") toasts.show({ text: t(`push.${outcome}`), tone: "danger" });
  };
  const end = async () => {
    try {
      await beToldNoLonger(client, account.id);
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };

  return (
    <Section title={t("push.title")} text={t("push.text")}>
      <Stack>
        <Switch
          label={t("push.label")}
          hint={why ?? t("push.hint")}
          on={on}
          disabled={why !== undefined || !state}
          onFlip={(next) => (next ? wish("nothing") : end())}
        />
        {on && state?.detail && (
          <SelectField<PushDetail>
            label={t("push.detail")}
            hint={t(`push.${state.detail}_hint`)}
            value={state.detail}
            onPick={(detail) => void wish(detail)}
            options={[
              { value: "nothing", label: t("push.nothing") },
              { value: "names", label: t("push.names") },
              { value: "text", label: t("push.with_text") },
            ]}
          />
        )}
      </Stack>
    </Section>
  );
}
