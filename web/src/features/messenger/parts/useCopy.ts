import { useTranslation } from "react-i18next";
import { toasts } from "@/ui";

/** Puts a text on the clipboard and says so. */
export function useCopy(): (text: string) => Promise<void> {
  const { t } = useTranslation("talk");
  return async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      toasts.show({ text: t("copied"), about: "copied" });
    } catch {
      toasts.show({ text: t("not_copied"), tone: "danger" });
    }
  };
}
