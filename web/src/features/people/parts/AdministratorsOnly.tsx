import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isAdministrator, useMe } from "@/app/session";
import { EmptyState, IconShield } from "@/ui";

/** The server decides; this only spares people a page of refusals. */
export function AdministratorsOnly({ children }: { children: ReactNode }) {
  const { t } = useTranslation("people");
  const me = useMe();
  if (isAdministrator(me)) return <>{children}</>;
  return (
    <EmptyState
      icon={<IconShield size={24} />}
      title={t("administrators_only")}
      text={t("administrators_only_text")}
    />
  );
}
