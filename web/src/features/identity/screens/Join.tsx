import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type InvitationView, isApiError } from "@/api";
import { looksLikeMail, useForm } from "@/app/form";
import { browserZone, useFormat } from "@/app/format";
import { languageOf } from "@/app/i18n";
import { Problem } from "@/app/refusals";
import { enterSession, meQuery } from "@/app/session";
import { Button, Skeleton, Stack, TextField } from "@/ui";
import { PASSWORD_LENGTH_MIN, take, tokenInAddress } from "../commands";
import { CodeForm } from "../parts/CodeForm";
import { DoorPage } from "../parts/DoorPage";
import { NewPassword } from "../parts/NewPassword";

export function Join() {
  const { t } = useTranslation("identity");
  const format = useFormat();
  const [token] = useState(tokenInAddress);
  const me = useQuery(meQuery).data ?? null;
  const [asOther, setAsOther] = useState(false);
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => api.post("/invitations/inspect", { body: { token } }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

  if (invitation.isPending) return <Skeleton rows={3} look="lines" label={t("join.loading")} />;
  if (invitation.isError) {
    return (
      <DoorPage
        title={t("join.invalid_title")}
        text={t("join.invalid_text")}
        footer={<Link to="/sign-in">{t("sign_in.submit")}</Link>}
      >
        <Problem error={invitation.error} />
      </DoorPage>
    );
  }
  const view = invitation.data;
  return (
    <DoorPage
      title={t("join.title", { tenant: view.tenant_name })}
      text={t("join.text", { inviter: view.inviter_name, until: format.full(view.expires_at) })}
    >
      {me && !asOther ? (
        <JoinAsMe token={token} mail={me.person.mail} onOther={() => setAsOther(true)} />
      ) : (
        <AcceptForm token={token} view={view} />
      )}
    </DoorPage>
  );
}

function JoinAsMe({ token, mail, onOther }: { token: string; mail: string; onOther(): void }) {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initial: {},
    check: () => ({}),
    submit: async () => {
      enterSession(client, await api.post("/invitations/join", { body: { token } }));
      await navigate({ to: "/chats" });
    },
  });
  return (
    <form {...form.props}>
      <Stack>
        <Problem error={form.failure} />
        <Button type="submit" look="primary" size="large" wide busy={form.busy}>
          {t("join.as", { mail })}
        </Button>
        <Button look="plain" wide onClick={onOther}>
          {t("join.as_other")}
        </Button>
      </Stack>
    </form>
  );
}

function AcceptForm({ token, view }: { token: string; view: InvitationView }) {
  const { t, i18n } = useTranslation("identity");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [ticket, setTicket] = useState<string | null>(null);
  const form = useForm({
    initial: { name: "", mail: view.mail ?? "", password: "" },
    check: (values) => ({
      name: values.name.trim() ? undefined : t("form.required"),
      mail: looksLikeMail(values.mail) ? undefined : t("form.mail_wrong"),
      password:
        values.password.length >= PASSWORD_LENGTH_MIN
          ? undefined
          : t("password.too_short", { count: PASSWORD_LENGTH_MIN }),
    }),
    submit: async (values) => {
      const answer = await api.post("/invitations/accept", {
        body: {
          token,
          name: values.name.trim(),
          mail: values.mail.trim(),
          password: values.password,
          locale: languageOf(i18n.language),
          zone: browserZone(),
        },
      });
      const second = take(client, answer);
      if (second) setTicket(second.ticket);
      else await navigate({ to: "/chats" });
    },
  });
  if (ticket) {
    return (
      <CodeForm
        submitLabel={t("sign_in.submit")}
        submit={async (proof) => {
          take(client, await api.post("/sign-in/second-factor", { body: { ticket, ...proof } }));
          await navigate({ to: "/chats" });
        }}
      />
    );
  }
  return (
    <form {...form.props}>
      <Stack>
        <Problem error={form.failure} />
        {isApiError(form.failure) && form.failure.code === "identity.sign_in_first" && (
          <Link to="/sign-in" search={{ next: `/join#${token}` }}>
            {t("sign_in.submit")}
          </Link>
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
          readOnly={view.mail !== null}
          hint={t("join.mail_hint")}
          required
        />
        <NewPassword {...form.field("password")} label={t("form.password")} />
        <Button type="submit" look="primary" size="large" wide busy={form.busy}>
          {t("join.submit")}
        </Button>
      </Stack>
    </form>
  );
}
