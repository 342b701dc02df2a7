import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { avatarAddress } from "@/api";
import { useForm } from "@/app/form";
import { Problem, useExplain } from "@/app/refusals";
import { useAccount, useMe } from "@/app/session";
import { Actions, Avatar, Button, IconPhoto, Page, Section, Stack, TextField, toasts } from "@/ui";
import { AVATAR_BYTES_MAX, AVATAR_TYPES, changeAvatar, changeMe } from "../commands";
import styles from "./profile.module.css";

export function Profile() {
  const { t } = useTranslation("identity");
  const me = useMe();
  return (
    <Page>
      <Section title={t("profile.picture")} text={t("profile.picture_text")}>
        <Picture />
      </Section>
      <Section title={t("profile.about")} text={t("profile.about_text")}>
        <About key={me?.account.id} />
      </Section>
    </Page>
  );
}

function Picture() {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const account = useAccount();
  const explain = useExplain();
  const file = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const put = async (picture: File | null) => {
    setProblem(null);
    if (picture && !AVATAR_TYPES.includes(picture.type)) return setProblem(t("profile.picture_kind"));
    if (picture && picture.size > AVATAR_BYTES_MAX) return setProblem(t("profile.picture_size"));
    setBusy(true);
    try {
      await changeAvatar(client, picture);
    } catch (error) {
      setProblem(explain(error).text);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles.picture}>
      <Avatar
        id={account.id}
        name={account.name}
        size={96}
        picture={account.avatar && avatarAddress(account.avatar, 256)}
      />
      <Stack gap={8}>
        <Actions>
          <Button icon={<IconPhoto size={16} />} busy={busy} onClick={() => file.current?.click()}>
            {account.avatar ? t("profile.picture_change") : t("profile.picture_add")}
          </Button>
          {account.avatar && (
            <Button look="plain" onClick={() => put(null)}>
              {t("profile.picture_remove")}
            </Button>
          )}
        </Actions>
        <p className={problem ? styles.problem : styles.hint} role={problem ? "alert" : undefined}>
          {problem ?? t("profile.picture_hint")}
        </p>
        <input
          ref={file}
          type="file"
          hidden
          aria-label={t("profile.picture")}
          accept={AVATAR_TYPES.join(",")}
          onChange={(event) => {
            const [picture] = event.currentTarget.files ?? [];
            event.currentTarget.value = "";
            if (picture) void put(picture);
          }}
        />
      </Stack>
    </div>
  );
}

function About() {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const me = useMe();
  const form = useForm({
    initial: { name: me?.account.name ?? "", title: me?.account.title ?? "" },
    check: (values) => ({ name: values.name.trim() ? undefined : t("form.required") }),
    submit: async (values) => {
      await changeMe(client, { name: values.name.trim(), title: values.title.trim() });
      toasts.show({ text: t("profile.saved") });
    },
  });
  const unchanged =
    form.values.name.trim() === me?.account.name && form.values.title.trim() === me?.account.title;
  return (
    <form {...form.props}>
      <Stack>
        <Problem error={form.failure} />
        <TextField {...form.field("name")} label={t("form.name")} autoComplete="name" maxLength={100} />
        <TextField
          {...form.field("title")}
          label={t("profile.title")}
          hint={t("profile.title_hint")}
          autoComplete="organization-title"
          maxLength={100}
        />
        <TextField label={t("form.mail")} value={me?.person.mail ?? ""} onText={() => {}} readOnly />
        <Actions>
          <Button
            type="submit"
            look="primary"
            busy={form.busy}
            disabledReason={unchanged ? t("profile.unchanged") : undefined}
          >
            {t("form.save")}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}
