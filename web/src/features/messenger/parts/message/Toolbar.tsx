import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import {
  type Anchor,
  anchorOf,
  IconArrowBackUp,
  IconButton,
  IconDots,
  IconMessages,
  IconMoodPlus,
} from "@/ui";
import styles from "./message.module.css";
import type { Actions } from "./useActions";

interface Props {
  message: Message;
  actions: Actions;
  menuOpen: boolean;
  onReact(anchor: Anchor): void;
  onMenu(anchor: Anchor): void;
}

/** Floats over the message that one points at. Everything in it has a key, so the tab order passes it by. */
export function Toolbar({ message, actions, menuOpen, onReact, onMenu }: Props) {
  const { t } = useTranslation("talk");
  const { act } = actions;
  const gone = message.kind === "recalled" || message.kind === "unknown";
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={t("act.label")}>
      {!gone && (
        <IconButton
          size="small"
          label={t("act.react")}
          keys="+"
          tooltipSide="top"
          tabIndex={-1}
          onClick={(event) => onReact(anchorOf(event.currentTarget))}
        >
          <IconMoodPlus size={16} />
        </IconButton>
      )}
      {act.reply && (
        <IconButton
          size="small"
          label={t("act.reply")}
          keys="R"
          tooltipSide="top"
          tabIndex={-1}
          onClick={act.reply}
        >
          <IconArrowBackUp size={16} />
        </IconButton>
      )}
      {act.thread && !gone && (
        <IconButton
          size="small"
          label={t("act.thread")}
          keys="T"
          tooltipSide="top"
          tabIndex={-1}
          onClick={act.thread}
        >
          <IconMessages size={16} />
        </IconButton>
      )}
      <IconButton
        size="small"
        label={t("act.more")}
        tooltipSide="top"
        tabIndex={-1}
        aria-haspopup="menu"
        aria-expanded={menuOpen}
        onClick={(event) => onMenu(anchorOf(event.currentTarget))}
      >
        <IconDots size={16} />
      </IconButton>
    </div>
  );
}
