import { Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Language, languageOf, setLanguage } from "@/app/i18n";
import { chooseTheme, chosenTheme, type Theme } from "@/app/theme";
import { IconBuildingCastle, IconButton, IconMoon, IconSun, IconSunMoon, SelectField } from "@/ui";
import { SealBar } from "./Bars";
import styles from "./door.module.css";

/** What stands in front of the application: one card, the language, the theme. */
export function Door() {
  return (
    <DoorShell>
      <Outlet />
    </DoorShell>
  );
}

export function DoorShell({ children }: { children: React.ReactNode }) {
  const { t, i18n } = useTranslation("app");
  return (
    <div className={styles.door}>
      <SealBar />
      <header className={styles.top}>
        <span className={styles.mark}>
          <IconBuildingCastle size={20} aria-hidden="true" /> Bastide
        </span>
        <span className={styles.tools}>
          <ThemeButton />
          <SelectField<Language>
            label={t("door.language")}
            labelHidden
            value={languageOf(i18n.language)}
            onPick={(language) => void setLanguage(language)}
            options={[
              { value: "zh-CN", label: "简体中文" },
              { value: "en", label: "English" },
            ]}
          />
        </span>
      </header>
      <main className={styles.main}>
        <div className={styles.card}>{children}</div>
      </main>
    </div>
  );
}

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

function ThemeButton() {
  const { t } = useTranslation("app");
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const icons = {
    system: <IconSunMoon size={20} />,
    light: <IconSun size={20} />,
    dark: <IconMoon size={20} />,
  };
  return (
    <IconButton
      label={t(`door.theme_${theme}`)}
      onClick={() => {
        chooseTheme(NEXT[theme]);
        setTheme(NEXT[theme]);
      }}
    >
      {icons[theme]}
    </IconButton>
  );
}
