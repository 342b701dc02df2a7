import { useTranslation } from "react-i18next";
import { SHORTCUTS } from "@/app/shortcuts";
import { Dialog, Kbd } from "@/ui";
import styles from "./palette.module.css";

/** Keys by where they do something. The frame obeys the first; those of a place stand here as the place obeys them. */
const GROUPS = [
  { id: "everywhere", shortcuts: SHORTCUTS },
  {
    id: "box",
    shortcuts: [
      { id: "send", keys: "Enter" },
      { id: "new_line", keys: "Shift+Enter" },
      { id: "mention", keys: "@" },
      { id: "edit_last", keys: "ArrowUp" },
      { id: "give_up", keys: "Escape" },
      { id: "strong", keys: "Mod+B" },
      { id: "emphasis", keys: "Mod+I" },
      { id: "strike", keys: "Mod+Shift+X" },
      { id: "code", keys: "Mod+E" },
      { id: "link", keys: "Mod+K" },
      { id: "quote", keys: "Mod+Shift+9" },
      { id: "bullets", keys: "Mod+Shift+8" },
      { id: "numbers", keys: "Mod+Shift+7" },
    ],
  },
  {
    id: "message",
    shortcuts: [
      { id: "earlier", keys: "ArrowUp" },
      { id: "later", keys: "ArrowDown" },
      { id: "first", keys: "Home" },
      { id: "last", keys: "End" },
      { id: "menu", keys: "Enter" },
      { id: "reply", keys: "R" },
      { id: "thread", keys: "T" },
      { id: "react", keys: "+" },
      { id: "edit", keys: "E" },
      { id: "forward", keys: "F" },
      { id: "select", keys: "S" },
      { id: "pin", keys: "P" },
      { id: "copy", keys: "C" },
      { id: "copy_link", keys: "L" },
      { id: "recall", keys: "Delete" },
    ],
  },
  {
    id: "viewer",
    shortcuts: [
      { id: "previous_picture", keys: "PageUp" },
      { id: "next_picture", keys: "PageDown" },
      { id: "larger", keys: "+" },
      { id: "smaller", keys: "-" },
      { id: "whole", keys: "0" },
    ],
  },
] as const;

export function ShortcutHelp({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("app");
  return (
    <Dialog title={t("own.shortcuts")} closeLabel={t("palette.close")} onClose={onClose} size="wide">
      <div
        className={styles.helpGroups}
        role="group"
        aria-label={t("own.shortcuts")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: longer than the screen, it is scrolled by the arrow keys
        tabIndex={0}
        data-autofocus
      >
        {GROUPS.map((group) => (
          <section key={group.id} className={styles.helpGroup} aria-label={t(`shortcuts.${group.id}`)}>
            <h3 className={styles.helpHead}>{t(`shortcuts.${group.id}`)}</h3>
            <ul className={styles.help}>
              {group.shortcuts.map(({ id, keys }) => (
                <li key={id} className={styles.helpLine}>
                  <span>{t(`shortcut.${id}`)}</span>
                  <Kbd keys={keys} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
