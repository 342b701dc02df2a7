import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Invitation, newKey } from "@/api";
import { looksLikeMail, useForm } from "@/app/form";
import { useFormat } from "@/app/format";
import { Problem, useExplain } from "@/app/refusals";
import { instanceQuery } from "@/app/session";
import { keys } from "@/live";
import {
  Actions,
  Banner,
  Button,
  Dialog,
  EmptyState,
  IconCheck,
  IconLink,
  IconMail,
  IconUserPlus,
  Page,
  Row,
  Section,
  SelectField,
  Skeleton,
  Stack,
  Tag,
  TextField,
  toasts,
} from "@/ui";
import { invitationListQuery } from "../admin";
import { AdministratorsOnly } from "../parts/AdministratorsOnly";
import { CopyLink } from "../parts/CopyLink";
import styles from "./members.module.css";

const LIFETIMES_H = ["24", "72", "168", "720"] as const;
type Lifetime = (typeof LIFETIMES_H)[number];

export function Invitations() {
  return (
    <AdministratorsOnly>
      <InvitationList />
    </AdministratorsOnly>
  );
}

function InvitationList() {
  const { t } = useTranslation("people");
  const invitations = useInfiniteQuery(invitationListQuery);
  const [open, setOpen] = useState(false);
  const all = invitations.data?.pages.flatMap((page) => page.items) ?? [];
  const invite = (
    <Button look="primary" icon={<IconUserPlus size={16} />} onClick={() => setOpen(true)}>
      {t("invite.title")}
    </Button>
  );
  return (
    <Page wide>
      <Section title={t("invitations.title")} text={t("invitations.text")} aside={invite}>
        <Problem error={invitations.error} />
        {invitations.isPending ? (
          <Skeleton rows={3} label={t("loading")} />
        ) : all.length === 0 ? (
          <EmptyState
            icon={<IconUserPlus size={24} />}
            title={t("invitations.empty")}
            text={t("invitations.empty_text")}
          />
        ) : (
          <ul>
            {all.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} />
            ))}
          </ul>
        )}
        {invitations.hasNextPage && (
          <Button busy={invitations.isFetchingNextPage} onClick={() => invitations.fetchNextPage()}>
            {t("more")}
          </Button>
        )}
      </Section>
      {open && <Invite onClose={() => setOpen(false)} />}
    </Page>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation("people");
  const format = useFormat();
  const client = useQueryClient();
  const explain = useExplain();
  const [busy, setBusy] = useState(false);
  const open = invitation.state === "open";
  const revoke = async () => {
    setBusy(true);
    try {
      await api.delete("/invitations/{invitation}", { path: { invitation: invitation.id } });
      await client.invalidateQueries({ queryKey: keys.invitations });
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className={styles.item}>
      <Row
        leading={
          invitation.mail ? (
            <IconMail size={20} className={styles.icon} aria-hidden="true" />
          ) : (
            <IconLink size={20} className={styles.icon} aria-hidden="true" />
          )
        }
        title={invitation.mail ?? t("invitations.by_link")}
        detail={t("invitations.detail", {
          role: t(`role.${invitation.role}`),
          until: format.full(invitation.expires_at),
        })}
        trailing={
          <>
            <Tag tone={open ? "positive" : "quiet"}>{t(`invitation_state.${invitation.state}`)}</Tag>
            {open && (
              <Button size="small" look="danger" busy={busy} onClick={() => void revoke()}>
                {t("invitations.revoke")}
              </Button>
            )}
          </>
        }
      />
    </li>
  );
}

function Invite({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const format = useFormat();
  const mailWorks = useQuery(instanceQuery).data?.mail ?? false;
  const key = useRef(newKey());
  const [made, setMade] = useState<Invitation | null>(null);
  const form = useForm({
    initial: { mail: "", role: "member", expires_in_h: "168" },
    check: (values) => ({
      mail: values.mail.trim() === "" || looksLikeMail(values.mail) ? undefined : t("invite.mail_wrong"),
    }),
    submit: async (values) => {
      const mail = values.mail.trim();
      const invitation = await api.post("/invitations", {
        idempotencyKey: key.current,
        body: {
          ...(mail ? { mail } : {}),
          role: values.role as "member" | "administrator",
          expires_in_h: Number(values.expires_in_h),
        },
      });
      setMade(invitation);
      void client.invalidateQueries({ queryKey: keys.invitations });
    },
  });

  if (made) {
    return (
      <Dialog
        title={t("invite.made_title")}
        closeLabel={t("close")}
        onClose={onClose}
        footer={<Button onClick={onClose}>{t("invite.done")}</Button>}
      >
        <Stack>
          {made.mail && mailWorks && (
            <Banner tone="positive" look="card" role="status" icon={<IconCheck size={16} />}>
              {t("invite.mailed", { mail: made.mail })}
            </Banner>
          )}
          <p>{t("invite.made_text", { until: format.full(made.expires_at) })}</p>
          {made.link && <CopyLink label={t("invite.link")} link={made.link} />}
        </Stack>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("invite.title")} closeLabel={t("close")} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <Problem error={form.failure} />
          <TextField
            {...form.field("mail")}
            label={t("invite.mail")}
            hint={mailWorks ? t("invite.mail_hint") : t("invite.mail_hint_no_mail")}
            type="email"
            autoComplete="off"
          />
          <SelectField
            label={t("invite.role")}
            value={form.values.role as "member" | "administrator"}
            onPick={(role) => form.set({ role })}
            options={[
              { value: "member", label: t("role.member") },
              { value: "administrator", label: t("role.administrator") },
            ]}
          />
          <SelectField<Lifetime>
            label={t("invite.lifetime")}
            value={form.values.expires_in_h as Lifetime}
            onPick={(expires_in_h) => form.set({ expires_in_h })}
            options={LIFETIMES_H.map((hours) => ({
              value: hours,
              label: t("invite.days", { count: Number(hours) / 24 }),
            }))}
          />
          <Actions align="end">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t("invite.submit")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
