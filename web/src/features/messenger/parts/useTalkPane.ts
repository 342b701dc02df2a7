/** What a pane of messages remembers: what is answered, edited, written anew, shown in front, and led to. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "@/api";
import { useAccount } from "@/app/session";
import type { Target } from "./MessageList";
import { MOST_PICKED, type Talk, type TalkDialog } from "./talkContext";

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
  const [picked, setPicked] = useState<readonly Message[] | null>(null);

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
    picked,
    pick: (message) => setPicked((now) => toggled(now ?? [], message)),
  };
  return {
    talk,
    target,
    dialog,
    closeDialog: () => setDialog(null),
    endPicking: () => setPicked(null),
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

/** With the message or without it, in the order in which they were said. */
function toggled(picked: readonly Message[], message: Message): readonly Message[] {
  const others = picked.filter((one) => one.id !== message.id);
  if (others.length < picked.length || picked.length >= MOST_PICKED) return others;
  return [...picked, message].toSorted((a, b) => a.number - b.number);
}
