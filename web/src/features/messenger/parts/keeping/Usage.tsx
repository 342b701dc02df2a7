import { useTranslation } from "react-i18next";
import type { Quota } from "@/api";
import { useFormat } from "@/app/format";
import { Banner, IconAlertTriangle, Meter, Section, Stack } from "@/ui";
import styles from "./keeping.module.css";

const NEARLY = 0.9;

export function Usage({ quota }: { quota: Quota }) {
  const { t } = useTranslation("keeping");
  const { bytes } = useFormat();
  const { used_bytes: used, allowed_bytes: allowed } = quota;
  const full = allowed !== null && used >= allowed;
  const nearly = allowed !== null && used >= allowed * NEARLY;
  const words =
    allowed === null
      ? t("storage.used", { used: bytes(used) })
      : t("storage.used_of", { used: bytes(used), allowed: bytes(allowed) });
  return (
    <Section title={t("storage.title")} text={t("storage.text")}>
      <Stack gap={8}>
        <p className={styles.amounts}>
          <span className={styles.used}>{words}</span>
          <span className={styles.quiet}>
            {allowed === null
              ? t("storage.unlimited")
              : t("storage.left", { left: bytes(Math.max(0, allowed - used)) })}
          </span>
        </p>
        {allowed !== null && <Meter label={t("storage.title")} value={used} most={allowed} text={words} />}
        {nearly && (
          <Banner tone={full ? "danger" : "caution"} look="card" icon={<IconAlertTriangle size={16} />}>
            {full ? t("storage.full") : t("storage.nearly")}
          </Banner>
        )}
      </Stack>
    </Section>
  );
}
