import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api";
import { looksLikeMail, useForm } from "@/app/form";
import { browserZone } from "@/app/format";
import { languageOf } from "@/app/i18n";
import { Problem } from "@/app/refusals";
import { instanceQuery } from "@/app/session";
import { Button, Segmented, Stack, TextField } from "@/ui";
import { PASSWORD_LENGTH_MIN, take } from "../commands";
import { DoorPage } from "../parts/DoorPage";
import { NewPassword } from "../parts/NewPassword";

type Kind = "organisation" | "personal";

export function SignUp() {
  const { t } = useTranslation("identity");
  const instance = useQuery(instanceQuery).data;
  const footer = (
    <span>
      {t("sign_up.have_account")} <Link to="/sign-in">{t("sign_in.submit")}</Link>
    </span>
  );
  if (instance?.sign_up === "closed") {
    return (
      <DoorPage title={t("sign_up.closed_title")} text={t("sign_up.closed_text")} footer={footer}>
        {null}
      </DoorPage>
    );
  }
  return (
    <DoorPage title={t("sign_up.title")} text={t("sign_up.text")} footer={footer}>
      <SignUpForm needsCode={instance?.sign_up === "code"} />
    </DoorPage>
  );
}

function SignUpForm({ needsCode }: { needsCode: boolean }) {
  const { t, i18n } = useTranslation("identity");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [kind, setKind] = useState<Kind>("organisation");
  const missing = (text: string) => (text.trim() ? undefined : t("form.required"));

  const form = useForm({
    initial: { organisation: "", name: "", mail: "", password: "", code: "" },
    check: (values) => ({
      organisation: kind === "organisation" ? missing(values.organisation) : undefined,
      name: missing(values.name),
      mail: looksLikeMail(values.mail) ? undefined : t("form.mail_wrong"),
      password:
        values.password.length >= PASSWORD_LENGTH_MIN
          ? undefined
          : t("password.too_short", { count: PASSWORD_LENGTH_MIN }),
      code: needsCode ? missing(values.code) : undefined,
    }),
    submit: async (values) => {
      const answer = await api.post("/sign-up", {
        body: {
          kind,
          ...(kind === "organisation" ? { organisation: values.organisation.trim() } : {}),
          ...(needsCode ? { code: values.code.trim() } : {}),
          name: values.name.trim(),
          mail: values.mail.trim(),
          password: values.password,
          locale: languageOf(i18n.language),
          zone: browserZone(),
        },
      });
      take(client, answer);
      await navigate({ to: "/chats" });
    },
  });

  return (
    <form {...form.props}>
      <Stack>
        <Segmented<Kind>
          label={t("sign_up.kind")}
          value={kind}
          onPick={setKind}
          wide
          options={[
            { value: "organisation", label: t("sign_up.organisation") },
            { value: "personal", label: t("sign_up.personal") },
          ]}
        />
        <Problem error={form.failure} />
        {needsCode && (
          <TextField
            {...form.field("code")}
            label={t("sign_up.code")}
            hint={t("sign_up.code_hint")}
            autoComplete="off"
            required
          />
        )}
        {kind === "organisation" && (
          <TextField
            {...form.field("organisation")}
            label={t("sign_up.organisation_name")}
            autoComplete="organization"
            maxLength={100}
            required
          />
        )}
        <TextField
          {...form.field("name")}
          label={t("form.name")}
          autoComplete="name"
          maxLength={100}
          required
        />
        <TextField
          {...form.field("mail")}
          label={t("form.mail")}
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          required
        />
        <NewPassword {...form.field("password")} label={t("form.password")} />
        <Button type="submit" look="primary" size="large" wide busy={form.busy}>
          {kind === "organisation" ? t("sign_up.submit_organisation") : t("sign_up.submit_personal")}
        </Button>
      </Stack>
    </form>
  );
}
