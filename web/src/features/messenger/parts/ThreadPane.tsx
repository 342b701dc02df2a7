import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { Button, IconBell, IconBellOff, IconButton, IconX } from "@/ui";
import { followThread } from "../talk";
import { Composer } from "./composer/Composer";
import { DropZone } from "./DropZone";
import { MessageList } from "./MessageList";
import { PickBar } from "./PickBar";
import styles from "./side-pane.module.css";
import { useThreadSource } from "./sources";
import type { Led } from "./TalkPane";
import { TalkContext } from "./talkContext";
import { useAttempt } from "./useAttempt";
import { useTalkPane } from "./useTalkPane";

const TalkDialogs = lazy(async () => ({ default: (await import("./dialogs/TalkDialogs")).TalkDialogs }));

interface Props {
  chat: Chat;
  root: string;
  led: Led | null;
  onLed(): void;
  onClose(): void;
}

/** What was said in answer to one message, beside the chat. Mount it anew (by `key`) for every thread. */
export function ThreadPane({ chat, root, led, onLed, onClose }: Props) {
  const { t } = useTranslation("talk");
  const client = useQueryClient();
  const attempt = useAttempt();
  const source = useThreadSource(chat, root);
  const messages = source.pages?.flatMap((page) => page.items) ?? [];
  const pane = useTalkPane({ chat, thread: root, messages, openThread: () => {} });
  const { jump } = pane.talk;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address leads once
  useEffect(() => {
    if (!led) return;
    jump(led.number);
    onLed();
  }, [led?.number]);
  const head = source.root;
  return (
    <aside className={styles.pane} aria-label={t("thread.label")}>
      <header className={styles.head}>
        <div className={styles.titles}>
          <h2>{t("thread.label")}</h2>
          <p className={styles.sub}>{chat.name}</p>
        </div>
        {head && (
          <Button
            size="small"
            look="plain"
            icon={source.following ? <IconBell size={16} /> : <IconBellOff size={16} />}
            aria-pressed={source.following}
            onClick={() => void attempt(() => followThread(client, head, !source.following))}
          >
            {source.following ? t("thread.following") : t("thread.follow")}
          </Button>
        )}
        <IconButton label={t("thread.close")} onClick={onClose}>
          <IconX size={20} />
        </IconButton>
      </header>
      <TalkContext value={pane.talk}>
        <DropZone place={source.place} label={t("thread.drop")} off={pane.talk.closed !== undefined}>
          <MessageList source={source} target={pane.target} />
          {pane.talk.picked && <PickBar onEnd={pane.endPicking} />}
          <div hidden={pane.talk.picked !== null}>
            <Composer {...pane.composer} chat={chat} place={source.place} label={t("thread.write")} />
          </div>
        </DropZone>
        <Suspense fallback={null}>
          {pane.dialog && <TalkDialogs dialog={pane.dialog} chat={chat} onClose={pane.closeDialog} />}
        </Suspense>
      </TalkContext>
    </aside>
  );
}
