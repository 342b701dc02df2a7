/** What a pane of messages remembers: what is answered, edited, written anew, shown in front, and led to. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "@/api";
import { useAccount } from "@/app/session";
import type { Target } from "./MessageList";
import type { Talk, TalkDialog } from "./talkContext";

interface Given {
  chat: Chat;
  thread: string | null;
  messages: readonly Message[];
  openThread(root: string): void;
}

export function useTalkPane({ chat, thread, messages, openThread }: Given) {
  const { t } = useTranslation("talk");
  const me = useAccount();
  const [replying, setReplying] = useState<Message | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);
  const [rewriting, setRewriting] = useState<{ text: string; turn: number } | null>(null);
  const [target, setTarget] = useState<Target | null>(null);
  const [dialog, setDialog] = useState<TalkDialog | null>(null);

  const closed =
    chat.kind === "group" && chat.posting === "managers" && chat.role === "member"
      ? t("closed.managers")
      : undefined;
  const edit = (message: Message) => {
    setReplying(null);
    setEditing(message);
  };
  const talk: Talk = {
    chat,
    thread,
    closed,
    reply: (message) => {
      setEditing(null);
      setReplying(message);
    },
    edit,
    rewrite: (text) => setRewriting((now) => ({ text, turn: (now?.turn ?? 0) + 1 })),
    openThread,
    jump: (number) => setTarget((now) => ({ number, turn: (now?.turn ?? 0) + 1 })),
    show: setDialog,
  };
  return {
    talk,
    target,
    dialog,
    closeDialog: () => setDialog(null),
    composer: {
      closed,
      replying,
      editing,
      rewriting,
      onReplyEnd: () => setReplying(null),
      onEditEnd: () => setEditing(null),
      onEditLast: () => {
        const last = messages.findLast((message) => message.author === me.id && message.kind === "text");
        if (last) edit(last);
      },
    },
  };
}
