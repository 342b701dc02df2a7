import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { useMe } from "@/app/session";
import { keys } from "@/live";
import {
  Actions,
  Banner,
  Button,
  Dialog,
  IconCheck,
  IconShieldLock,
  Page,
  Section,
  Stack,
  Tag,
  toasts,
} from "@/ui";
import { PASSWORD_LENGTH_MIN } from "../commands";
import { CodeForm } from "../parts/CodeForm";
import { CurrentPassword, NewPassword } from "../parts/NewPassword";
import { RecoveryCodes } from "../parts/RecoveryCodes";
import { TotpEnrolment, TotpRemoval } from "../parts/Totp";

type Open = "enrol" | "remove" | "codes" | null;

export function Security() {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const me = useMe();
  const [open, setOpen] = useState<Open>(null);
  const on = me?.person.totp ?? false;
  const left = me?.person.recovery_codes_left ?? 0;
  const close = () => {
    setOpen(null);
    void client.invalidateQueries({ queryKey: keys.me });
  };
  return (
    <Page>
      <Section
        title={t("totp.title")}
        text={t("totp.text")}
        aside={
          <Tag tone={on ? "positive" : "caution"}>
            {on ? <IconCheck size={12} /> : null}
            {on ? t("totp.on") : t("totp.off")}
          </Tag>
        }
      >
        <Stack gap={12}>
          {on && (
            <Banner tone={left < 3 ? "caution" : "plain"} look="card" icon={<IconShieldLock size={16} />}>
              {t("totp.codes_left", { count: left })}
            </Banner>
          )}
          <Actions>
            {on ? (
              <>
                <Button onClick={() => setOpen("codes")}>{t("totp.new_codes")}</Button>
                <Button look="danger" onClick={() => setOpen("remove")}>
                  {t("totp.remove")}
                </Button>
              </>
            ) : (
              <Button look="primary" onClick={() => setOpen("enrol")}>
                {t("totp.enrol")}
              </Button>
            )}
          </Actions>
        </Stack>
      </Section>
      <Section title={t("password.title")} text={t("password.text")}>
        <ChangePassword />
      </Section>
      {open === "enrol" && <TotpEnrolment onClose={close} />}
      {open === "remove" && <TotpRemoval onClose={close} />}
      {open === "codes" && <NewCodes onClose={close} />}
    </Page>
  );
}

function ChangePassword() {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const form = useForm({
    initial: { current: "", password: "", again: "" },
    check: (values) => ({
      current: values.current ? undefined : t("form.required"),
      password:
        values.password.length >= PASSWORD_LENGTH_MIN
          ? undefined
          : t("password.too_short", { count: PASSWORD_LENGTH_MIN }),
      again: values.again === values.password ? undefined : t("password.differs"),
    }),
    submit: async ({ current, password }) => {
      await api.post("/me/password", { body: { current, password } });
      form.set({ current: "", password: "", again: "" });
      void client.invalidateQueries({ queryKey: keys.sessions });
      toasts.show({ text: t("password.changed"), detail: t("password.changed_detail") });
    },
  });
  return (
    <form {...form.props}>
      <Stack>
        <Problem error={form.failure} />
        <CurrentPassword {...form.field("current")} label={t("password.current")} />
        <NewPassword {...form.field("password")} label={t("password.new")} />
        <NewPassword {...form.field("again")} label={t("password.again")} />
        <Actions>
          <Button type="submit" look="primary" busy={form.busy}>
            {t("password.change")}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

function NewCodes({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("identity");
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Dialog title={t("totp.new_codes")} closeLabel={t("form.close")} onClose={onClose}>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <Stack>
          <p>{t("totp.new_codes_text")}</p>
          <CodeForm
            submitLabel={t("totp.new_codes")}
            recovery="not offered"
            submit={async (proof) => {
              if (!("code" in proof)) return;
              setCodes((await api.post("/me/recovery-codes", { body: proof })).recovery_codes);
            }}
          />
        </Stack>
      )}
    </Dialog>
  );
}
