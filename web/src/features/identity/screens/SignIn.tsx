import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api";
import { looksLikeMail, useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { instanceQuery } from "@/app/session";
import { Button, Stack, TextField } from "@/ui";
import { take } from "../commands";
import { CodeForm } from "../parts/CodeForm";
import { DoorPage } from "../parts/DoorPage";
import { CurrentPassword } from "../parts/NewPassword";

export function SignIn() {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const instance = useQuery(instanceQuery).data;
  const [ticket, setTicket] = useState<string | null>(null);

  // Only a place of our own: a link must not send people elsewhere after they signed in.
  const goOn = () => navigate({ to: next?.startsWith("/") && !next.startsWith("//") ? next : "/chats" });
  const form = useForm({
    initial: { mail: "", password: "" },
    check: (values) => ({
      mail: looksLikeMail(values.mail) ? undefined : t("form.mail_wrong"),
      password: values.password ? undefined : t("form.required"),
    }),
    submit: async (values) => {
      const answer = await api.post("/sign-in", {
        body: { mail: values.mail.trim(), password: values.password },
      });
      const second = take(client, answer);
      if (second) setTicket(second.ticket);
      else await goOn();
    },
  });

  if (ticket) {
    return (
      <DoorPage title={t("second.title")} text={t("second.text")}>
        <CodeForm
          submitLabel={t("sign_in.submit")}
          submit={async (proof) => {
            take(client, await api.post("/sign-in/second-factor", { body: { ticket, ...proof } }));
            await goOn();
          }}
        />
        <Button look="plain" wide onClick={() => setTicket(null)}>
          {t("second.back")}
        </Button>
      </DoorPage>
    );
  }

  return (
    <DoorPage
      title={t("sign_in.title")}
      text={instance ? t("sign_in.text", { name: instance.name }) : undefined}
      footer={
        instance && instance.sign_up !== "closed" ? (
          <span>
            {t("sign_in.new_here")} <Link to="/sign-up">{t("sign_in.to_sign_up")}</Link>
          </span>
        ) : (
          <span>{t("sign_in.by_invitation")}</span>
        )
      }
    >
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
          <CurrentPassword {...form.field("password")} label={t("form.password")} />
          <Button type="submit" look="primary" size="large" wide busy={form.busy}>
            {t("sign_in.submit")}
          </Button>
          <Link to="/recover">{t("sign_in.forgot")}</Link>
        </Stack>
      </form>
    </DoorPage>
  );
}
