import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Actions, Button, Dialog, Stack, TextField } from "@/ui";
import { CodeForm } from "./CodeForm";
import { CurrentPassword } from "./NewPassword";
import { RecoveryCodes } from "./RecoveryCodes";
import styles from "./totp.module.css";

interface Enrolment {
  secret: string;
  qr_svg: string;
}

export function TotpEnrolment({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("identity");
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Dialog title={t("totp.enrol")} closeLabel={t("form.close")} onClose={onClose}>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : enrolment ? (
        <Stack>
          <p>{t("totp.scan")}</p>
          <Qr enrolment={enrolment} />
          <CodeForm
            submitLabel={t("totp.confirm")}
            recovery="not offered"
            submit={async (proof) => {
              if (!("code" in proof)) return;
              setCodes((await api.post("/me/totp/confirm", { body: proof })).recovery_codes);
            }}
          />
        </Stack>
      ) : (
        <AskPassword
          submitLabel={t("totp.next")}
          submit={async (password) => setEnrolment(await api.post("/me/totp", { body: { password } }))}
        />
      )}
    </Dialog>
  );
}

function Qr({ enrolment }: { enrolment: Enrolment }) {
  const { t } = useTranslation("identity");
  // As a picture it can carry no script, whatever it contains.
  const address = useMemo(
    () => `data:image/svg+xml;utf8,${encodeURIComponent(enrolment.qr_svg)}`,
    [enrolment.qr_svg],
  );
  return (
    <figure className={styles.qr}>
      <img src={address} alt={t("totp.qr")} width={184} height={184} />
      <figcaption>
        {t("totp.by_hand")}
        <code className={styles.secret}>{enrolment.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
      </figcaption>
    </figure>
  );
}

function AskPassword({
  submitLabel,
  submit,
}: {
  submitLabel: string;
  submit(password: string): Promise<void>;
}) {
  const { t } = useTranslation("identity");
  const form = useForm({
    initial: { password: "" },
    check: (values) => ({ password: values.password ? undefined : t("form.required") }),
    submit: (values) => submit(values.password),
  });
  return (
    <form {...form.props}>
      <Stack>
        <p>{t("totp.password_first")}</p>
        <Problem error={form.failure} />
        <CurrentPassword {...form.field("password")} label={t("form.password")} />
        <Actions align="end">
          <Button type="submit" look="primary" busy={form.busy}>
            {submitLabel}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

export function TotpRemoval({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("identity");
  const form = useForm({
    initial: { password: "", code: "" },
    check: (values) => ({
      password: values.password ? undefined : t("form.required"),
      code: /^\d{6}$/.test(values.code.trim()) ? undefined : t("code.wrong_shape"),
    }),
    submit: async (values) => {
      await api.post("/me/totp/remove", { body: { password: values.password, code: values.code.trim() } });
      onClose();
    },
  });
  return (
    <Dialog title={t("totp.remove")} closeLabel={t("form.close")} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <p>{t("totp.remove_text")}</p>
          <Problem error={form.failure} />
          <CurrentPassword {...form.field("password")} label={t("form.password")} />
          <TextField
            {...form.field("code")}
            label={t("code.label")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
          />
          <Actions align="end">
            <Button onClick={onClose}>{t("form.cancel")}</Button>
            <Button type="submit" look="danger" busy={form.busy}>
              {t("totp.remove")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
