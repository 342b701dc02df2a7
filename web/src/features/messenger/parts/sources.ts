/** What a list of messages is drawn from: the history of a chat, or a thread. */

import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Chat, Message, MessagePage } from "@/api";
import { keys, type MessagePages, type ThreadPages } from "@/live";
import { readUpTo } from "../commands";
import { type Place, placeOf } from "../place";
import { around, chatPart, threadPart, useHistory, useThread } from "../queries";
import { readThread } from "../talk";

export interface Source {
  place: Place;
  chat: Chat;
  label: string;
  pages: readonly MessagePage[] | undefined;
  query: Pick<
    ReturnType<typeof useHistory>,
    | "isPending"
    | "isError"
    | "hasPreviousPage"
    | "hasNextPage"
    | "isFetchingPreviousPage"
    | "isFetchingNextPage"
    | "fetchPreviousPage"
    | "fetchNextPage"
    | "refetch"
  >;
  root: Message | undefined;
  readNumber: number;
  unread: number;
  lastNumber: number;
  read(number: number): void;
  /** Leaves the part that is open for the present. */
  toNewest(): Promise<void>;
  /** Leaves the part that is open for the one around a number. */
  toNumber(number: number): Promise<void>;
}

export function useChatSource(chat: Chat): Source {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const query = useHistory(chat.id);
  const show = async (at: Parameters<typeof chatPart>[1]) => {
    const page = await chatPart(chat.id, at);
    client.setQueryData<MessagePages>(keys.messages(chat.id), { pages: [page], pageParams: [{}] });
  };
  return {
    place: placeOf(chat.id),
    chat,
    label: t("history.label", { name: chat.name }),
    pages: query.data?.pages,
    query,
    root: undefined,
    readNumber: chat.read_number,
    unread: chat.unread,
    lastNumber: chat.last_number,
    read: (number) => void readUpTo(client, chat.id, number),
    toNewest: () => show({}),
    toNumber: (number) => show(around(number)),
  };
}

export function useThreadSource(chat: Chat, root: string): Source & { following: boolean } {
  const { t } = useTranslation("talk");
  const client = useQueryClient();
  const query = useThread(chat.id, root);
  const head = query.data?.pages.at(-1);
  const show = async (at: Parameters<typeof chatPart>[1]) => {
    const page = await threadPart(chat.id, root, at);
    client.setQueryData<ThreadPages>(keys.thread(root), { pages: [page], pageParams: [{}] });
  };
  const last = head?.items.at(-1)?.number ?? 0;
  return {
    place: placeOf(chat.id, root),
    chat,
    label: t("thread.label"),
    pages: query.data?.pages,
    query: query as unknown as Source["query"],
    root: head?.root,
    readNumber: head?.read_number ?? 0,
    unread: head?.unread ?? 0,
    lastNumber: Math.max(last, head?.root.replies?.last_number ?? 0),
    read: (number) => void (head && readThread(client, head.root, number)),
    toNewest: () => show({}),
    toNumber: (number) => show(around(number)),
    following: head?.following ?? false,
  };
}
