import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { browserZone, makeFormat } from "@/app/format";
import { type Language, languageOf, setLanguage } from "@/app/i18n";
import {
  canNotify,
  notificationsWanted,
  playSound,
  soundWanted,
  wantNotifications,
  wantSound,
} from "@/app/notifications";
import { useExplain } from "@/app/refusals";
import { useAccount } from "@/app/session";
import { chooseTheme, chosenTheme, type Theme } from "@/app/theme";
import { changeMe } from "@/features/identity/public";
import { PushSettings } from "@/features/messenger/public";
import { Page, Section, Segmented, SelectField, Stack, Switch, toasts } from "@/ui";

export function Preferences() {
  const { t, i18n } = useTranslation("settings");
  const client = useQueryClient();
  const explain = useExplain();
  const account = useAccount();
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const [notify, setNotify] = useState(notificationsWanted);
  const [sound, setSound] = useState(soundWanted);

  const save = async (change: { locale?: string; zone?: string }) => {
    try {
      await changeMe(client, change);
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };

  return (
    <Page>
      <Section title={t("appearance.title")} text={t("appearance.text")}>
        <Segmented<Theme>
          label={t("appearance.title")}
          value={theme}
          onPick={(next) => {
            setTheme(next);
            chooseTheme(next);
          }}
          options={[
            { value: "system", label: t("appearance.system") },
            { value: "light", label: t("appearance.light") },
            { value: "dark", label: t("appearance.dark") },
          ]}
        />
      </Section>
      <Section title={t("language.title")} text={t("language.text")}>
        <Stack>
          <SelectField<Language>
            label={t("language.label")}
            value={languageOf(i18n.language)}
            onPick={async (language) => {
              await setLanguage(language);
              await save({ locale: language });
            }}
            options={[
              { value: "zh-CN", label: "简体中文" },
              { value: "en", label: "English" },
            ]}
          />
          <SelectField
            label={t("zone.label")}
            hint={t("zone.now", {
              time: makeFormat(i18n.language, account.zone).full(new Date().toISOString()),
            })}
            value={account.zone}
            onPick={(zone) => void save({ zone })}
            options={zones(account.zone).map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
          />
        </Stack>
      </Section>
      <Section title={t("notifications.title")} text={t("notifications.text")}>
        <Switch
          label={t("notifications.label")}
          hint={canNotify() ? t("notifications.hint") : t("notifications.blocked")}
          on={notify}
          onFlip={async (on) => setNotify(await wantNotifications(on))}
        />
        <Switch
          label={t("notifications.sound")}
          hint={t("notifications.sound_hint")}
          on={sound}
          onFlip={(on) => {
            setSound(wantSound(on));
            if (on) playSound();
          }}
        />
      </Section>
      <PushSettings />
    </Page>
  );
}

function zones(own: string): string[] {
  const all = new Set<string>([own, browserZone(), "UTC", ...Intl.supportedValuesOf("timeZone")]);
  return [...all].toSorted();
}
