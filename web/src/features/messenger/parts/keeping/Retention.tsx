import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MessengerPolicy } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Actions, Banner, Button, IconInfoCircle, Section, Stack, toasts } from "@/ui";
import { type Bounds, DAYS_MOST, keptDays, savePolicy, shortened } from "../../keeping";
import { DaysField, daysIn, textOf } from "./DaysField";
import { Shorten } from "./Shorten";
import { useSpan } from "./useSpan";

type Field = keyof Bounds;
type Values = Record<Field, string>;

/** For how long the organisation keeps what is said, and what its chats may ask for. */
export function Retention({ policy }: { policy: MessengerPolicy }) {
  const { t } = useTranslation("keeping");
  const client = useQueryClient();
  const [asking, setAsking] = useState<Bounds | null>(null);
  const save = async (bounds: Bounds) => {
    await savePolicy(client, bounds);
    setAsking(null);
    toasts.show({ text: t("saved"), about: "policy" });
  };
  const form = useForm<Values>({
    initial: valuesOf(policy),
    check: (values) => problemsOf(values, t("days.wrong"), t("retention.order")),
    submit: async (values) => {
      const wanted = boundsOf(values);
      if (!wanted) return;
      if (!changed) return toasts.show({ text: t("unchanged"), about: "policy" });
      if (shortened(policy, wanted).length > 0) setAsking(wanted);
      else await save(wanted);
    },
  });

  const { set } = form;
  const { retention_min_days, retention_days, retention_max_days } = policy;
  // What the server has is what is edited: another administrator may have changed it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `set` is made anew each time
  useEffect(
    () => set(valuesOf({ retention_min_days, retention_days, retention_max_days })),
    [retention_min_days, retention_days, retention_max_days],
  );
  const wanted = boundsOf(form.values);
  const kept = valuesOf(policy);
  const changed = (Object.keys(kept) as Field[]).some((field) => form.values[field] !== kept[field]);

  return (
    <Section title={t("retention.title")} text={t("retention.text")}>
      <form {...form.props}>
        <Stack>
          <Problem error={asking ? null : form.failure} />
          <DaysField
            {...form.field("retention_days")}
            label={t("retention.usual")}
            hint={t("retention.usual_hint")}
            none={t("retention.for_ever")}
          />
          <DaysField
            {...form.field("retention_min_days")}
            label={t("retention.least")}
            hint={t("retention.least_hint")}
            none={t("retention.unbounded")}
          />
          <DaysField
            {...form.field("retention_max_days")}
            label={t("retention.greatest")}
            hint={t("retention.greatest_hint")}
            none={t("retention.unbounded")}
          />
          {wanted && <Summary bounds={wanted} />}
          <Actions>
            <Button type="submit" look="primary" busy={form.busy}>
              {t("save")}
            </Button>
            {changed && <Button onClick={() => set(kept)}>{t("discard")}</Button>}
          </Actions>
        </Stack>
      </form>
      {asking && (
        <Shorten before={policy} after={asking} onClose={() => setAsking(null)} onSure={() => save(asking)} />
      )}
    </Section>
  );
}

/** What the fields together come to, in a sentence. */
function Summary({ bounds }: { bounds: Bounds }) {
  const { t } = useTranslation("keeping");
  const { days } = useSpan();
  const usual = keptDays(bounds, null);
  const { retention_min_days: least, retention_max_days: greatest } = bounds;
  const range =
    least !== null && least === greatest
      ? t("summary.fixed")
      : least !== null && greatest !== null
        ? t("summary.between", { least: days(least), greatest: days(greatest) })
        : least !== null
          ? t("summary.at_least", { least: days(least) })
          : greatest !== null
            ? t("summary.at_most", { greatest: days(greatest) })
            : t("summary.free");
  return (
    <Banner tone="plain" look="card" icon={<IconInfoCircle size={16} />}>
      <p>{usual === null ? t("summary.for_ever") : t("summary.usual", { span: days(usual) })}</p>
      <p>{range}</p>
    </Banner>
  );
}

function valuesOf(bounds: Bounds): Values {
  return {
    retention_days: textOf(bounds.retention_days),
    retention_min_days: textOf(bounds.retention_min_days),
    retention_max_days: textOf(bounds.retention_max_days),
  };
}

function boundsOf(values: Values): Bounds | null {
  const usual = daysIn(values.retention_days);
  const least = daysIn(values.retention_min_days);
  const greatest = daysIn(values.retention_max_days);
  if (usual === undefined || least === undefined || greatest === undefined) return null;
  return { retention_days: usual, retention_min_days: least, retention_max_days: greatest };
}

function problemsOf(values: Values, wrong: string, order: string): Partial<Values> {
  const problems: Partial<Values> = {};
  for (const field of Object.keys(values) as Field[]) {
    if (daysIn(values[field]) === undefined) problems[field] = wrong;
  }
  const bounds = boundsOf(values);
  if (!bounds) return problems;
  const { retention_min_days: least, retention_days: usual, retention_max_days: greatest } = bounds;
  const most = greatest ?? DAYS_MOST;
  if ((usual ?? most) < (least ?? 1)) problems.retention_min_days = order;
  else if ((usual ?? 1) > most) problems.retention_max_days = order;
  return problems;
}
