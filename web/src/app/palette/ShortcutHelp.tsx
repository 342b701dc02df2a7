import { useTranslation } from "react-i18next";
import { SHORTCUTS } from "@/app/shortcuts";
import { Dialog, Kbd } from "@/ui";
import styles from "./palette.module.css";

const IN_THE_BOX = [
  { id: "send", keys: "Enter" },
  { id: "new_line", keys: "Shift+Enter" },
  { id: "mention", keys: "@" },
] as const;

export function ShortcutHelp({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("app");
  return (
    <Dialog title={t("own.shortcuts")} closeLabel={t("palette.close")} onClose={onClose}>
      <ul className={styles.help}>
        {[...SHORTCUTS, ...IN_THE_BOX].map(({ id, keys }) => (
          <li key={id} className={styles.helpLine}>
            <span>{t(`shortcut.${id}`)}</span>
            <Kbd keys={keys} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
