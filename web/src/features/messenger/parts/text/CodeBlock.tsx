import { useTranslation } from "react-i18next";
import { IconButton, IconCopy } from "@/ui";
import { useCopy } from "../useCopy";
import styles from "./text.module.css";

export function CodeBlock({ text, language }: { text: string; language: string }) {
  const { t } = useTranslation("talk");
  const copy = useCopy();
  return (
    <div className={styles.fence}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by the arrow keys */}
      <pre tabIndex={0} aria-label={language ? t("code.of", { language }) : t("code.label")} role="group">
        <code>{text}</code>
      </pre>
      <span className={styles.copy}>
        <IconButton size="small" label={t("code.copy")} onClick={() => void copy(text)}>
          <IconCopy size={16} />
        </IconButton>
      </span>
    </div>
  );
}
