import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Actions, Banner, Button, IconCheck, IconCopy, IconKey, Stack } from "@/ui";
import styles from "./totp.module.css";

interface Props {
  codes: string[];
  onDone(): void;
}

/** Shown once: the server keeps only what is needed to recognise them. */
export function RecoveryCodes({ codes, onDone }: Props) {
  const { t } = useTranslation("identity");
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join("\n"));
    setCopied(true);
  };
  return (
    <Stack>
      <Banner tone="caution" look="card" icon={<IconKey size={16} />}>
        {t("recovery.keep")}
      </Banner>
      <ul className={styles.codes} aria-label={t("recovery.title")}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Actions align="end">
        <Button icon={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} onClick={copy}>
          {copied ? t("recovery.copied") : t("recovery.copy")}
        </Button>
        <Button look="primary" onClick={onDone}>
          {t("recovery.done")}
        </Button>
      </Actions>
    </Stack>
  );
}
