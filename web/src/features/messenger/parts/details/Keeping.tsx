import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Actions, Button, Stack } from "@/ui";
import { changeChat } from "../../commands";
import { type Bounds, isShorter, keptDays } from "../../keeping";
import { policyQuery } from "../../queries";
import { DaysField, daysIn, textOf } from "../keeping/DaysField";
import { Sure } from "../keeping/Sure";
import { useSpan } from "../keeping/useSpan";

const UNBOUNDED: Bounds = { retention_min_days: null, retention_days: null, retention_max_days: null };

/** For how long a chat keeps what is said in it: as the organisation, or for a time of its own. */
export function Keeping({ chat, locked }: { chat: Chat; locked: boolean }) {
  const { t } = useTranslation("keeping");
  const client = useQueryClient();
  const { days } = useSpan();
  const bounds = useQuery(policyQuery).data ?? UNBOUNDED;
  const { retention_min_days: least, retention_max_days: greatest } = bounds;
  const [asking, setAsking] = useState<number | null>(null);
  const kept = textOf(chat.own_retention_days);
  // To ask for none is to ask for no days.
  const save = (own: number | null) => changeChat(client, chat.id, { retention_days: own ?? 0 });
  const form = useForm({
    initial: { retention_days: kept },
    check: ({ retention_days }) => {
      const wanted = daysIn(retention_days);
      if (wanted === undefined) return { retention_days: t("days.wrong") };
      const outside = wanted !== null && (wanted < (least ?? wanted) || wanted > (greatest ?? wanted));
      return { retention_days: outside ? t("chat.outside") : undefined };
    },
    submit: async ({ retention_days }) => {
      const own = daysIn(retention_days) ?? null;
      const after = keptDays(bounds, own);
      if (isShorter(after, chat.retention_days)) setAsking(after);
      else await save(own);
    },
  });
  const { set } = form;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `set` is made anew each time
  useEffect(() => set({ retention_days: kept }), [kept]);

  const usual = keptDays(bounds, null);
  const changed = form.values.retention_days !== kept;
  const now = chat.retention_days;
  return (
    <form {...form.props}>
      <Stack gap={8}>
        <Problem error={form.failure} />
        <DaysField
          {...form.field("retention_days")}
          label={t("chat.label")}
          hint={now === null ? t("chat.for_ever") : t("chat.hint", { span: days(now) })}
          none={usual === null ? t("chat.usual_for_ever") : t("chat.usual", { span: days(usual) })}
          least={least}
          greatest={greatest}
          disabled={locked}
        />
        {changed && (
          <Actions align="end">
            <Button size="small" onClick={() => set({ retention_days: kept })}>
              {t("discard")}
            </Button>
            <Button size="small" type="submit" look="primary" busy={form.busy}>
              {t("save")}
            </Button>
          </Actions>
        )}
      </Stack>
      {asking !== null && (
        <Sure
          title={t("shorten_title")}
          submit={t("shorten_submit")}
          onClose={() => setAsking(null)}
          onSure={() => save(daysIn(form.values.retention_days) ?? null)}
        >
          <p>{t("chat.shorten", { name: chat.name, span: days(asking) })}</p>
          <p>{t("shorten_text")}</p>
        </Sure>
      )}
    </form>
  );
}
