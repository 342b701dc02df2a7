import { useTranslation } from "react-i18next";
import { EmptyState, IconSettings } from "@/ui";

export function NoPage() {
  const { t } = useTranslation("settings");
  return (
    <>
      <h1 className="only-read-aloud">{t("title")}</h1>
      <EmptyState icon={<IconSettings size={28} />} title={t("none")} text={t("none_text")} />
    </>
  );
}
