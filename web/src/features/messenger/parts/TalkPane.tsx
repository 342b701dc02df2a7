import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { Announcement } from "./Announcement";
import { Composer } from "./composer/Composer";
import { DropZone } from "./DropZone";
import { MessageList } from "./MessageList";
import { PickBar } from "./PickBar";
import { useChatSource } from "./sources";
import { TalkContext } from "./talkContext";
import { useTalkPane } from "./useTalkPane";

const TalkDialogs = lazy(async () => ({ default: (await import("./dialogs/TalkDialogs")).TalkDialogs }));

export interface Led {
  number: number;
}

interface Props {
  chat: Chat;
  /** A message that the address names; told once it is led to. */
  led: Led | null;
  onLed(): void;
  onThread(root: string): void;
}

/** The history of a chat and its writing box. Mount it anew (by `key`) for every chat. */
export function TalkPane({ chat, led, onLed, onThread }: Props) {
  const { t } = useTranslation("messenger");
  const source = useChatSource(chat);
  const messages = source.pages?.flatMap((page) => page.items) ?? [];
  const pane = useTalkPane({ chat, thread: null, messages, openThread: onThread });
  const { jump } = pane.talk;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address leads once
  useEffect(() => {
    if (!led) return;
    jump(led.number);
    onLed();
  }, [led?.number]);
  return (
    <TalkContext value={pane.talk}>
      <DropZone
        place={source.place}
        label={t("drop", { name: chat.name })}
        off={pane.talk.closed !== undefined}
      >
        {chat.announcement && <Announcement chat={chat} announcement={chat.announcement} />}
        <MessageList source={source} target={pane.target} />
        {pane.talk.picked && <PickBar onEnd={pane.endPicking} />}
        <div hidden={pane.talk.picked !== null}>
          <Composer
            {...pane.composer}
            chat={chat}
            place={source.place}
            label={t("composer.label", { name: chat.name })}
          />
        </div>
      </DropZone>
      <Suspense fallback={null}>
        {pane.dialog && <TalkDialogs dialog={pane.dialog} chat={chat} onClose={pane.closeDialog} />}
      </Suspense>
    </TalkContext>
  );
}
