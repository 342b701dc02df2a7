import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Export, newKey } from "@/api";
import { Problem } from "@/app/refusals";
import { Button, EmptyState, IconFileZip, Page, Section, Skeleton } from "@/ui";
import { beginExport, exportsQuery, isUnderway, KEPT_MAX } from "../exports";
import { DeleteExport } from "../parts/exports/DeleteExport";
import { ExportItem } from "../parts/exports/ExportItem";
import styles from "../parts/exports/exports.module.css";

/** «Your data»: archives of what one wrote and sent. */
export function OwnData() {
  const { t } = useTranslation("exports");
  const client = useQueryClient();
  const exports = useQuery(exportsQuery);
  const [deleted, setDeleted] = useState<Export | null>(null);
  const begin = useMutation({ mutationFn: (key: string) => beginExport(client, key) });
  const all = exports.data ?? [];
  const reason = all.some(isUnderway)
    ? t("underway")
    : all.filter(({ state }) => state === "ready").length >= KEPT_MAX
      ? t("too_many", { count: KEPT_MAX })
      : undefined;
  return (
    <Page>
      <Section
        title={t("title")}
        text={t("text")}
        aside={
          <Button
            look="primary"
            icon={<IconFileZip size={16} aria-hidden="true" />}
            busy={begin.isPending}
            disabledReason={exports.isPending ? undefined : reason}
            onClick={() => begin.mutate(newKey())}
          >
            {t("begin")}
          </Button>
        }
      >
        <Problem error={exports.error ?? begin.error} />
        {exports.isPending ? (
          <Skeleton rows={2} label={t("loading")} />
        ) : all.length > 0 ? (
          <ul className={styles.list} aria-label={t("list")}>
            {all.map((one) => (
              <ExportItem key={one.id} one={one} onDelete={() => setDeleted(one)} />
            ))}
          </ul>
        ) : (
          !exports.error && (
            <EmptyState icon={<IconFileZip size={24} />} title={t("empty")} text={t("empty_text")} />
          )
        )}
        <p className={styles.terms}>{t("terms")}</p>
      </Section>
      {deleted && <DeleteExport one={deleted} onClose={() => setDeleted(null)} />}
    </Page>
  );
}
