import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { useAccount } from "@/app/session";
import {
  IconArrowBackUp,
  IconCopy,
  IconEye,
  IconHistory,
  IconLink,
  IconListCheck,
  IconMessages,
  IconMoodSmile,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconShare3,
  IconTrash,
  type MenuItem,
} from "@/ui";
import { policyQuery } from "../../queries";
import { pinMessage, recallMessage } from "../../talk";
import { mayForward, useTalk } from "../talkContext";
import { addressOf } from "../text/MessageLink";
import { useAttempt } from "../useAttempt";
import { useCopy } from "../useCopy";

const MOST_EDITS = 20;

/** Everything one can do with a message, and why some of it cannot be done now. */
export function useActions(message: Message) {
  const { t } = useTranslation("talk");
  const client = useQueryClient();
  const attempt = useAttempt();
  const copy = useCopy();
  const me = useAccount();
  const talk = useTalk();
  const policy = useQuery(policyQuery).data;
  const own = message.author === me.id;
  const manages = talk.chat.kind === "group" && talk.chat.role !== "member";
  const gone = message.kind === "recalled" || message.kind === "unknown";
  const age_s = (Date.now() - Date.parse(message.sent_at)) / 1000;
  const isOver = (window_s: number | undefined) => window_s !== undefined && age_s > window_s;

  const noEdit = isOver(policy?.edit_window_s)
    ? t("act.edit_over")
    : message.edits >= MOST_EDITS
      ? t("act.edit_often")
      : talk.closed;
  const noRecall = !manages && isOver(policy?.recall_window_s) ? t("act.recall_over") : undefined;

  const act = {
    reply: gone || talk.closed ? undefined : () => talk.reply(message),
    thread: talk.thread !== null || message.thread !== null ? undefined : () => talk.openThread(message.id),
    edit: own && message.kind === "text" && !noEdit ? () => talk.edit(message) : undefined,
    forward: mayForward(message) ? () => talk.show({ kind: "forward", messages: [message] }) : undefined,
    select: mayForward(message) ? () => talk.pick(message) : undefined,
    pin: gone ? undefined : () => void attempt(() => pinMessage(client, message, !message.pinned)),
    copy: message.kind === "text" ? () => void copy(message.body.text) : undefined,
    recall:
      gone || !(own || manages) || noRecall
        ? undefined
        : () => {
            if (own) void attempt(() => recallMessage(client, message));
            else talk.show({ kind: "recall", message });
          },
  };

  const items: MenuItem[] = [];
  const add = (item: MenuItem | false) => item && items.push(item);
  const run = (action: (() => void) | undefined) => action ?? (() => {});
  add(
    !gone && {
      key: "reply",
      label: t("act.reply"),
      keys: "R",
      icon: <IconArrowBackUp size={16} />,
      disabledReason: talk.closed,
      onPick: run(act.reply),
    },
  );
  add(
    act.thread !== undefined &&
      (!gone || message.replies !== null) && {
        key: "thread",
        label: t("act.thread"),
        keys: "T",
        icon: <IconMessages size={16} />,
        onPick: act.thread,
      },
  );
  add(
    own &&
      message.kind === "text" && {
        key: "edit",
        label: t("act.edit"),
        keys: "E",
        icon: <IconPencil size={16} />,
        disabledReason: noEdit,
        onPick: run(act.edit),
      },
  );
  add(
    !gone && {
      key: "forward",
      label: t("act.forward"),
      keys: "F",
      icon: <IconShare3 size={16} />,
      disabledReason: mayForward(message) ? undefined : t("act.no_forward"),
      onPick: run(act.forward),
    },
  );
  add(
    act.select !== undefined && {
      key: "select",
      label: t("act.select"),
      keys: "S",
      icon: <IconListCheck size={16} />,
      onPick: act.select,
    },
  );
  add(
    act.pin !== undefined && {
      key: "pin",
      label: message.pinned ? t("act.unpin") : t("act.pin"),
      keys: "P",
      icon: message.pinned ? <IconPinnedOff size={16} /> : <IconPin size={16} />,
      onPick: act.pin,
    },
  );
  add(
    act.copy !== undefined && {
      key: "copy",
      label: t("act.copy"),
      keys: "C",
      separated: true,
      icon: <IconCopy size={16} />,
      onPick: act.copy,
    },
  );
  add({
    key: "link",
    label: t("act.link"),
    keys: "L",
    icon: <IconLink size={16} />,
    onPick: () =>
      void copy(
        addressOf({
          chat: message.chat,
          message: message.id,
          thread: message.thread ?? undefined,
        }),
      ),
  });
  add(
    talk.thread === null &&
      !gone && {
        key: "readers",
        label: t("act.readers"),
        icon: <IconEye size={16} />,
        onPick: () => talk.show({ kind: "readers", message }),
      },
  );
  add(
    message.reactions.length > 0 && {
      key: "reactors",
      label: t("act.reactors"),
      icon: <IconMoodSmile size={16} />,
      onPick: () => talk.show({ kind: "reactors", message }),
    },
  );
  add(
    message.edits > 0 &&
      !gone && {
        key: "history",
        label: t("act.history"),
        icon: <IconHistory size={16} />,
        onPick: () => talk.show({ kind: "history", message }),
      },
  );
  add(
    (own || manages) &&
      !gone && {
        key: "recall",
        label: t("act.recall"),
        tone: "danger",
        separated: true,
        icon: <IconTrash size={16} />,
        disabledReason: noRecall,
        onPick: run(act.recall),
      },
  );
  return { items, act };
}

export type Actions = ReturnType<typeof useActions>;
