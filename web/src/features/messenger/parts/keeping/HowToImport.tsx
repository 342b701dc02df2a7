import { useTranslation } from "react-i18next";
import { Section } from "@/ui";
import { CodeBlock } from "../text/CodeBlock";
import styles from "./keeping.module.css";

/** An archive is read by a program on somebody's machine, not by the server: this page says how. */
export function HowToImport() {
  const { t } = useTranslation("keeping");
  const command = `bastide import slack export.zip \\\n  --server ${location.origin} \\\n  --token-file token`;
  return (
    <Section title={t("import.how")} text={t("import.how_text")}>
      <ol className={styles.steps}>
        <li>{t("import.step_export")}</li>
        <li>{t("import.step_invite")}</li>
        <li>{t("import.step_token")}</li>
        <li>
          <p>{t("import.step_look")}</p>
          <CodeBlock text={`${command} --dry-run`} language="sh" />
        </li>
        <li>
          <p>{t("import.step_bring")}</p>
          <CodeBlock text={command} language="sh" />
        </li>
      </ol>
      <p className={styles.quiet}>{t("import.guide")}</p>
    </Section>
  );
}
