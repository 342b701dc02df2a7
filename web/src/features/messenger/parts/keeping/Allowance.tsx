import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Quota } from "@/api";
import { useForm } from "@/app/form";
import { useFormat } from "@/app/format";
import { Problem } from "@/app/refusals";
import {
  Actions,
  Banner,
  Button,
  IconAlertTriangle,
  Section,
  Segmented,
  Stack,
  TextField,
  toasts,
} from "@/ui";
import { saveQuota } from "../../keeping";

const GIGABYTE = 1_000_000_000;
/** What the server can count to, in gigabytes, and no person fills. */
const MOST_GB = 9_000_000;

type Kind = "given" | "own";

/** How much the organisation allows itself, within what the operator gives. */
export function Allowance({ quota }: { quota: Quota }) {
  const { t } = useTranslation("keeping");
  const client = useQueryClient();
  const { bytes } = useFormat();
  const { used_bytes: used, allowed_bytes: allowed, given_bytes: given } = quota;
  const set = allowed !== null && allowed !== given ? gigabytesOf(allowed) : null;
  const form = useForm({
    initial: { kind: (set === null ? "given" : "own") as Kind, allowed_bytes: set ?? "" },
    check: ({ kind, allowed_bytes }) => {
      const wanted = bytesIn(allowed_bytes);
      if (kind === "given") return {};
      if (wanted === null) return { allowed_bytes: t("storage.wrong") };
      if (given === null || wanted <= given) return {};
      return { allowed_bytes: t("storage.too_much", { given: bytes(given) }) };
    },
    submit: async ({ kind, allowed_bytes }) => {
      if (!changed) return toasts.show({ text: t("unchanged"), about: "quota" });
      await saveQuota(client, kind === "given" ? null : bytesIn(allowed_bytes));
      toasts.show({ text: t("saved"), about: "quota" });
    },
  });
  const { kind, allowed_bytes: typed } = form.values;
  const wanted = kind === "own" ? bytesIn(typed) : given;
  const changed = kind === "given" ? set !== null : typed.trim() !== set;

  return (
    <Section title={t("storage.limit")} text={t("storage.limit_text")}>
      <form {...form.props}>
        <Stack>
          <Problem error={form.failure} />
          <Segmented<Kind>
            label={t("storage.limit")}
            value={kind}
            wide
            onPick={(next) => form.set({ kind: next })}
            options={[
              {
                value: "given",
                label:
                  given === null ? t("storage.no_limit") : t("storage.all_given", { given: bytes(given) }),
              },
              { value: "own", label: t("storage.own") },
            ]}
          />
          {kind === "own" && (
            <TextField
              {...form.field("allowed_bytes")}
              label={t("storage.amount")}
              hint={given === null ? undefined : t("storage.amount_hint", { given: bytes(given) })}
              inputMode="decimal"
              autoComplete="off"
            />
          )}
          {kind === "own" && changed && wanted !== null && wanted < used && (
            <Banner tone="caution" look="card" icon={<IconAlertTriangle size={16} />} role="status">
              {t("storage.below", { used: bytes(used) })}
            </Banner>
          )}
          <Actions>
            <Button type="submit" look="primary" busy={form.busy}>
              {t("save")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Section>
  );
}

/** Gigabytes as people write them, with a comma or a point; null for what is none. */
function bytesIn(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (!/^\d{1,7}(\.\d{1,3})?$/.test(plain)) return null;
  const gigabytes = Number(plain);
  return gigabytes <= MOST_GB ? Math.round(gigabytes * GIGABYTE) : null;
}

const gigabytesOf = (count: number): string => String(Math.round(count / 1_000_000) / 1_000);
