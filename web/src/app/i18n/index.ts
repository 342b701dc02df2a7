/** Languages of the interface. A catalogue is loaded when its language is chosen, not before. */

import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Catalogue = Record<string, Record<string, unknown>>;

const STORAGE = "bastide.language";

const catalogues: Record<Language, () => Promise<{ catalogue: Catalogue }>> = {
  en: () => import("./en"),
  "zh-CN": () => import("./zh-CN"),
};

export function languageOf(tag: string | null | undefined): Language {
  return tag?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

/** The choice on this browser, else what the browser asks for. */
export function preferredLanguage(): Language {
  return languageOf(readChoice() ?? navigator.language);
}

export async function startI18n(language: Language): Promise<i18n> {
  const { catalogue } = await catalogues[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: catalogue },
    defaultNS: "app",
    // React escapes what it shows; escaping twice would garble names.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
  return i18next;
}

export async function setLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(STORAGE, language);
  } catch {
    // A browser that keeps nothing asks the account instead.
  }
  if (i18next.language === language) return;
  const { catalogue } = await catalogues[language]();
  for (const [namespace, texts] of Object.entries(catalogue)) {
    i18next.addResourceBundle(language, namespace, texts);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

function readChoice(): string | null {
  try {
    return localStorage.getItem(STORAGE);
  } catch {
    return null;
  }
}
