import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useExplain } from "@/app/refusals";
import { Button, EmptyState, IconAlertTriangle, Page, Skeleton } from "@/ui";

interface Props<T> {
  query: Pick<UseQueryResult<T>, "data" | "isError" | "error" | "refetch">;
  children(data: T): ReactNode;
}

/** A page of what the server answers, or of why it does not. */
export function Answer<T>({ query, children }: Props<T>) {
  const { t } = useTranslation("keeping");
  const explain = useExplain();
  if (query.data !== undefined) return <Page>{children(query.data)}</Page>;
  if (!query.isError) {
    return (
      <Page>
        <Skeleton rows={4} label={t("loading")} />
      </Page>
    );
  }
  return (
    <EmptyState
      tone="danger"
      icon={<IconAlertTriangle size={24} />}
      title={t("error")}
      text={explain(query.error).text}
      action={<Button onClick={() => void query.refetch()}>{t("retry")}</Button>}
    />
  );
}
