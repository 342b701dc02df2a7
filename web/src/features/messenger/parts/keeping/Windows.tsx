import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { MessengerPolicy } from "@/api";
import { useExplain } from "@/app/refusals";
import { Section, SelectField, Stack, toasts } from "@/ui";
import { savePolicy } from "../../keeping";
import { useSpan } from "./useSpan";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const SPANS = [0, 300, 900, HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY];

type Window = "edit_window_s" | "recall_window_s";

/** For how long authors can change what they said. A choice holds at once, and can be undone. */
export function Windows({ policy }: { policy: MessengerPolicy }) {
  const { t } = useTranslation("keeping");
  const client = useQueryClient();
  const explain = useExplain();
  const { seconds } = useSpan();

  const save = async (change: Partial<MessengerPolicy>, undo?: Partial<MessengerPolicy>) => {
    try {
      await savePolicy(client, change);
      toasts.show({
        text: undo ? t("saved") : t("undone"),
        action: undo && { label: t("undo"), run: () => void save(undo) },
        about: "policy",
      });
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };
  const field = (window: Window) => ({
    value: String(policy[window]),
    onPick: (picked: string) => save({ [window]: Number(picked) }, { [window]: policy[window] }),
    options: [...new Set([...SPANS, policy[window]])]
      .toSorted((a, b) => a - b)
      .map((span) => ({ value: String(span), label: span === 0 ? t("windows.never") : seconds(span) })),
  });

  return (
    <Section title={t("windows.title")} text={t("windows.text")}>
      <Stack>
        <SelectField label={t("windows.edit")} hint={t("windows.edit_hint")} {...field("edit_window_s")} />
        <SelectField
          label={t("windows.recall")}
          hint={t("windows.recall_hint")}
          {...field("recall_window_s")}
        />
      </Stack>
    </Section>
  );
}
