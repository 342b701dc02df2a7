import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconCheck, IconCopy, TextField } from "@/ui";
import styles from "./copy-link.module.css";

export function CopyLink({ label, link }: { label: string; link: string }) {
  const { t } = useTranslation("people");
  const [copied, setCopied] = useState(false);
  return (
    <div className={styles.line}>
      <TextField
        label={label}
        value={link}
        onText={() => {}}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        look="primary"
        icon={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
        onClick={async () => {
          await navigator.clipboard.writeText(link);
          setCopied(true);
        }}
      >
        {copied ? t("copied") : t("copy")}
      </Button>
    </div>
  );
}
