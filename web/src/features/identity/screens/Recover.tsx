import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, isApiError } from "@/api";
import { looksLikeMail, useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { Banner, Button, IconCheck, IconMail, Stack, TextField } from "@/ui";
import { PASSWORD_LENGTH_MIN, tokenInAddress } from "../commands";
import { CodeForm } from "../parts/CodeForm";
import { DoorPage } from "../parts/DoorPage";
import { NewPassword } from "../parts/NewPassword";

export function Recover() {
  const { t } = useTranslation("identity");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm({
    initial: { mail: "" },
    check: (values) => ({ mail: looksLikeMail(values.mail) ? undefined : t("form.mail_wrong") }),
    submit: async (values) => {
      await api.post("/password-reset", { body: { mail: values.mail.trim() } });
      setSentTo(values.mail.trim());
    },
  });
  const footer = <Link to="/sign-in">{t("recover.back")}</Link>;
  if (sentTo) {
    return (
      <DoorPage title={t("recover.sent_title")} footer={footer}>
        <Banner tone="positive" look="card" role="status" icon={<IconMail size={16} />}>
          {t("recover.sent_text", { mail: sentTo })}
        </Banner>
      </DoorPage>
    );
  }
  return (
    <DoorPage title={t("recover.title")} text={t("recover.text")} footer={footer}>
      <form {...form.props}>
        <Stack>
          <Problem error={form.failure} />
          <TextField
            {...form.field("mail")}
            label={t("form.mail")}
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            required
          />
          <Button type="submit" look="primary" size="large" wide busy={form.busy}>
            {t("recover.submit")}
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}

/** Codes by which the server says that the link alone is not enough. */
const WANTS_PROOF = /code_missing|second_factor/;

export function RecoverFinish() {
  const { t } = useTranslation("identity");
  const [token] = useState(tokenInAddress);
  const [password, setPassword] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const form = useForm({
    initial: { password: "", again: "" },
    check: (values) => ({
      password:
        values.password.length >= PASSWORD_LENGTH_MIN
          ? undefined
          : t("password.too_short", { count: PASSWORD_LENGTH_MIN }),
      again: values.again === values.password ? undefined : t("password.differs"),
    }),
    submit: async (values) => {
      try {
        await api.post("/password-reset/finish", { body: { token, password: values.password } });
        setDone(true);
      } catch (error) {
        if (!isApiError(error) || !(WANTS_PROOF.test(error.code) || error.field === "code")) throw error;
        setPassword(values.password);
      }
    },
  });

  if (done) {
    return (
      <DoorPage title={t("recover.done_title")} footer={<Link to="/sign-in">{t("sign_in.submit")}</Link>}>
        <Banner tone="positive" look="card" role="status" icon={<IconCheck size={16} />}>
          {t("recover.done_text")}
        </Banner>
      </DoorPage>
    );
  }
  if (password !== null) {
    return (
      <DoorPage title={t("second.title")} text={t("recover.proof_text")}>
        <CodeForm
          submitLabel={t("recover.finish_submit")}
          submit={async (proof) => {
            await api.post("/password-reset/finish", { body: { token, password, ...proof } });
            setDone(true);
          }}
        />
      </DoorPage>
    );
  }
  return (
    <DoorPage title={t("recover.finish_title")} text={t("recover.finish_text")}>
      <form {...form.props}>
        <Stack>
          <Problem error={form.failure} />
          <NewPassword {...form.field("password")} label={t("password.new")} />
          <NewPassword {...form.field("again")} label={t("password.again")} />
          <Button type="submit" look="primary" size="large" wide busy={form.busy}>
            {t("recover.finish_submit")}
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}
