import { useTranslation } from "react-i18next";
import type { Message, Reaction } from "@/api";
import { useFormat } from "@/app/format";
import { useAccount } from "@/app/session";
import { useNames } from "@/features/people/public";
import { type Anchor, anchorOf, IconButton, IconMoodPlus, Tooltip } from "@/ui";
import styles from "./message.module.css";

interface Props {
  message: Message;
  onToggle(emoji: string): void;
  onAdd(anchor: Anchor): void;
}

export function Reactions({ message, onToggle, onAdd }: Props) {
  const { t } = useTranslation("talk");
  return (
    <ul className={styles.reactions} aria-label={t("reactions.label")}>
      {message.reactions.map((one) => (
        <li key={one.emoji}>
          <Chip reaction={one} onToggle={onToggle} />
        </li>
      ))}
      <li>
        <IconButton
          size="small"
          className={styles.addReaction}
          label={t("act.react")}
          tooltipSide="top"
          onClick={(event) => onAdd(anchorOf(event.currentTarget))}
        >
          <IconMoodPlus size={16} />
        </IconButton>
      </li>
    </ul>
  );
}

const NAMED = 8;

function Chip({ reaction, onToggle }: { reaction: Reaction; onToggle(emoji: string): void }) {
  const { t } = useTranslation("talk");
  const { t: messenger } = useTranslation("messenger");
  const format = useFormat();
  const me = useAccount();
  const { emoji, count, mine } = reaction;
  const shown = reaction.accounts.slice(0, NAMED);
  const names = useNames(shown);
  const people = [
    ...shown.map((id) => (id === me.id ? messenger("you") : (names.get(id) ?? "…"))),
    ...(count > shown.length ? [messenger("system.others", { count: count - shown.length })] : []),
  ];
  return (
    <Tooltip text={t("reactions.by", { people: format.list(people), emoji })} side="top">
      <button
        type="button"
        className={styles.reaction}
        aria-pressed={mine}
        aria-label={t("reactions.count", { emoji, count })}
        onClick={() => onToggle(emoji)}
      >
        <span aria-hidden="true">{emoji}</span>
        <span className={styles.reactionCount}>{count}</span>
      </button>
    </Tooltip>
  );
}
