import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Anchor,
  anchorOf,
  IconAt,
  IconButton,
  IconMoodSmile,
  IconPaperclip,
  IconSend,
  IconTypography,
  Popup,
} from "@/ui";
import styles from "./composer.module.css";

const EmojiPicker = lazy(async () => ({ default: (await import("../emoji/EmojiPicker")).EmojiPicker }));

interface Props {
  formats: boolean;
  onFormats(): void;
  /** Missing where files cannot be added. */
  onFiles: ((files: File[]) => void) | undefined;
  onMention(): void;
  onEmoji(emoji: string): void;
  sendLabel: string;
  blocked: string | undefined;
  onSend(): void;
}

export function Buttons(props: Props) {
  const { t } = useTranslation("messenger");
  const { t: talk } = useTranslation("talk");
  const { onFiles } = props;
  const picker = useRef<HTMLInputElement>(null);
  const [emoji, setEmoji] = useState<Anchor | null>(null);
  return (
    <div className={styles.buttons}>
      {onFiles && (
        <>
          <IconButton label={talk("upload.add")} tooltipSide="top" onClick={() => picker.current?.click()}>
            <IconPaperclip size={20} />
          </IconButton>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={talk("upload.add")}
            onChange={(event) => {
              onFiles([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
        </>
      )}
      <IconButton
        label={talk("format.show")}
        tooltipSide="top"
        aria-pressed={props.formats}
        onClick={props.onFormats}
      >
        <IconTypography size={20} />
      </IconButton>
      <IconButton label={t("mention.start")} tooltipSide="top" onClick={props.onMention}>
        <IconAt size={20} />
      </IconButton>
      <IconButton
        label={talk("emoji.label")}
        tooltipSide="top"
        aria-haspopup="dialog"
        aria-expanded={emoji !== null}
        onClick={(event) => setEmoji(anchorOf(event.currentTarget))}
      >
        <IconMoodSmile size={20} />
      </IconButton>
      {emoji && (
        <Popup anchor={emoji} side="top" label={talk("emoji.label")} onClose={() => setEmoji(null)}>
          <Suspense fallback={null}>
            <EmojiPicker
              onPick={(one) => {
                setEmoji(null);
                props.onEmoji(one);
              }}
            />
          </Suspense>
        </Popup>
      )}
      <span className={styles.gap} />
      <IconButton
        label={props.sendLabel}
        keys="Enter"
        tooltipSide="top"
        look="primary"
        className={styles.send}
        disabledReason={props.blocked}
        onClick={props.onSend}
      >
        <IconSend size={18} />
      </IconButton>
    </div>
  );
}
