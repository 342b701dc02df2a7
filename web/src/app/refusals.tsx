/** From a refusal's code to words: the catalogue first, the server's sentence otherwise. */

import { useTranslation } from "react-i18next";
import { isApiError } from "@/api";
import { Banner, IconAlertTriangle } from "@/ui";

export interface Explained {
  text: string;
  /** What to quote when asking for help; empty when there is nothing to ask about. */
  reference: string;
  field: string | undefined;
}

export function useExplain(): (error: unknown) => Explained {
  const { t, i18n } = useTranslation("app");
  return (error) => {
    if (!isApiError(error)) return { text: t("problem.unknown"), reference: "", field: undefined };
    const catalogue: Record<string, string> = i18n.getResourceBundle(i18n.language, "refusals") ?? {};
    const known = catalogue[error.code];
    const text = known ?? (error.message === error.code ? t("problem.unknown") : error.message);
    const later = error.retryAfterS ? ` ${t("problem.retry_after", { count: error.retryAfterS })}` : "";
    const quotable = !known || error.status >= 500;
    return { text: text + later, reference: quotable ? error.reference : "", field: error.field };
  };
}

export function Problem({ error }: { error: unknown }) {
  const explain = useExplain();
  const { t } = useTranslation("app");
  if (!error) return null;
  const { text, reference } = explain(error);
  return (
    <Banner tone="danger" look="card" role="alert" icon={<IconAlertTriangle size={16} />}>
      {text}
      {reference && <> {t("problem.reference", { reference })}</>}
    </Banner>
  );
}
