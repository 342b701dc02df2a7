import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Button, Stack, TextField } from "@/ui";

interface Props {
  submitLabel: string;
  submit(proof: { code: string } | { recovery_code: string }): Promise<unknown>;
  /** Without it only the app's code is asked for. */
  recovery?: "offered" | "not offered";
}

/** Asks for the six figures of the authenticator, or for a recovery code instead. */
export function CodeForm({ submitLabel, submit, recovery = "offered" }: Props) {
  const { t } = useTranslation("identity");
  const [kind, setKind] = useState<"code" | "recovery_code">("code");
  const form = useForm({
    initial: { code: "", recovery_code: "" },
    check: (values) => {
      if (kind === "code") return /^\d{6}$/.test(bare(values.code)) ? {} : { code: t("code.wrong_shape") };
      return values.recovery_code.trim() ? {} : { recovery_code: t("form.required") };
    },
    submit: (values) =>
      submit(kind === "code" ? { code: bare(values.code) } : { recovery_code: values.recovery_code.trim() }),
  });
  return (
    <form {...form.props}>
      <Stack>
        <Problem error={form.failure} />
        {kind === "code" ? (
          <TextField
            {...form.field("code")}
            key="code"
            label={t("code.label")}
            hint={t("code.hint")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            autoFocus
          />
        ) : (
          <TextField
            {...form.field("recovery_code")}
            key="recovery"
            label={t("code.recovery_label")}
            hint={t("code.recovery_hint")}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
          />
        )}
        <Button type="submit" look="primary" size="large" wide busy={form.busy}>
          {submitLabel}
        </Button>
        {recovery === "offered" && (
          <Button look="plain" wide onClick={() => setKind(kind === "code" ? "recovery_code" : "code")}>
            {kind === "code" ? t("code.use_recovery") : t("code.use_app")}
          </Button>
        )}
      </Stack>
    </form>
  );
}

function bare(code: string): string {
  return code.replace(/\s/g, "");
}
