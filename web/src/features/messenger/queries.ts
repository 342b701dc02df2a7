import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import {
  api,
  type Chat,
  type ChatFile,
  type ChatMember,
  type Message,
  type MessagePage,
  type Page,
  type Readers,
  type Thread,
  type ThreadPage,
} from "@/api";
import { cachedChat, keys } from "@/live";
import type { Place } from "./place";

const CHATS_PAGE = 100;
const MEMBERS_PAGE = 100;
const MESSAGES_PAGE = 60;
const THREADS_PAGE = 50;
/** How much of what is already read stands above the first unread message. */
const CONTEXT = 15;

export const chatsQuery = infiniteQueryOptions({
  queryKey: keys.chats,
  queryFn: ({ pageParam }): Promise<Page<Chat>> =>
    api.get("/chats", { query: { limit: CHATS_PAGE, ...(pageParam ? { cursor: pageParam } : {}) } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: Number.POSITIVE_INFINITY,
});

export const chatQuery = (chat: string) =>
  queryOptions({
    queryKey: keys.chat(chat),
    queryFn: () => api.get("/chats/{chat}", { path: { chat } }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function activityOf(chat: Chat): string {
  return chat.last_message?.sent_at ?? chat.created_at;
}

export function useChats() {
  const query = useInfiniteQuery(chatsQuery);
  const chats = useMemo(
    () =>
      (query.data?.pages.flatMap((page) => page.items) ?? []).toSorted((a, b) =>
        activityOf(b).localeCompare(activityOf(a)),
      ),
    [query.data],
  );
  return { ...query, chats };
}

/** One chat, from the list when it is there and from the server when it is not. */
export function useChat(id: string) {
  const { chats, isPending } = useChats();
  const listed = chats.find((chat) => chat.id === id);
  const alone = useQuery({ ...chatQuery(id), enabled: !listed && !isPending, retry: false });
  return { chat: listed ?? alone.data, error: listed ? null : alone.error, refetch: alone.refetch };
}

type Position = { before?: number; after?: number };

const bothWays = {
  initialPageParam: null as Position | null,
  getPreviousPageParam: (page: MessagePage): Position | null =>
    page.has_before && page.items[0] ? { before: page.items[0].number } : null,
  getNextPageParam: (page: MessagePage): Position | null => {
    const last = page.items.at(-1);
    return page.has_after && last ? { after: last.number } : null;
  },
  staleTime: Number.POSITIVE_INFINITY,
};

/** History in both directions; it opens where reading stopped. */
export function useHistory(chat: string) {
  const client = useQueryClient();
  return useInfiniteQuery({
    ...bothWays,
    queryKey: keys.messages(chat),
    queryFn: ({ pageParam }): Promise<MessagePage> =>
      chatPart(chat, pageParam ?? openAt(cachedChat(client, chat))),
  });
}

/** What was said in answer to one message, in both directions. */
export function useThread(chat: string, root: string) {
  return useInfiniteQuery({
    ...bothWays,
    queryKey: keys.thread(root),
    queryFn: ({ pageParam }): Promise<ThreadPage> => threadPart(chat, root, pageParam ?? {}),
  });
}

export function chatPart(chat: string, at: Position): Promise<MessagePage> {
  return api.get("/chats/{chat}/messages", { path: { chat }, query: { limit: MESSAGES_PAGE, ...at } });
}

export function threadPart(chat: string, message: string, at: Position): Promise<ThreadPage> {
  const query = { limit: MESSAGES_PAGE, ...at };
  return api.get("/chats/{chat}/messages/{message}/thread", { path: { chat, message }, query });
}

/** The part in whose middle a number stands. */
export function around(number: number): Position {
  return { after: Math.max(0, number - MESSAGES_PAGE / 2) };
}

export const threadsQuery = infiniteQueryOptions({
  queryKey: keys.threads,
  queryFn: ({ pageParam }): Promise<Page<Thread>> =>
    api.get("/threads", { query: { limit: THREADS_PAGE, ...(pageParam ? { cursor: pageParam } : {}) } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: Number.POSITIVE_INFINITY,
});

export const messageQuery = (chat: string, message: string) =>
  queryOptions({
    queryKey: keys.message(message),
    queryFn: () => api.get("/chats/{chat}/messages/{message}", { path: { chat, message } }),
    staleTime: 10_000,
    retry: false,
  });

export const pinsQuery = (chat: string) =>
  queryOptions({
    queryKey: keys.pins(chat),
    queryFn: () => api.get("/chats/{chat}/pins", { path: { chat } }),
    staleTime: 60_000,
  });

export const readersQuery = (message: Message, read: boolean) =>
  infiniteQueryOptions({
    queryKey: [...keys.readers(message.id), read],
    queryFn: ({ pageParam }): Promise<Readers> =>
      api.get("/chats/{chat}/messages/{message}/readers", {
        path: { chat: message.chat, message: message.id },
        query: { read, limit: MEMBERS_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 5000,
  });

export const filesQuery = (chat: string, kind: "image" | "file") =>
  infiniteQueryOptions({
    queryKey: [...keys.files(chat), kind],
    queryFn: ({ pageParam }): Promise<Page<ChatFile>> =>
      api.get("/chats/{chat}/files", {
        path: { chat },
        query: { kind, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 60_000,
  });

export const policyQuery = queryOptions({
  queryKey: keys.policy,
  queryFn: () => api.get("/messenger/policy"),
  staleTime: 10 * 60_000,
});

export const quietQuery = queryOptions({
  queryKey: keys.quiet,
  queryFn: () => api.get("/me/quiet"),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The newest page, unless more is unread than one page shows. */
function openAt(chat: Chat | undefined): Position {
  if (!chat || chat.unread < MESSAGES_PAGE - CONTEXT) return {};
  return { after: Math.max(0, chat.read_number - CONTEXT) };
}

export const membersQuery = (chat: string) =>
  infiniteQueryOptions({
    queryKey: keys.chatMembers(chat),
    queryFn: ({ pageParam }): Promise<Page<ChatMember>> =>
      api.get("/chats/{chat}/members", {
        path: { chat },
        query: { limit: MEMBERS_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 60_000,
  });

export const draftQuery = ({ chat, thread }: Place) =>
  queryOptions({
    queryKey: keys.draft(chat, thread),
    queryFn: () => api.get("/chats/{chat}/draft", { path: { chat }, query: thread ? { thread } : {} }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** Whether one hears of what is said in a thread. */
export function useFollows(): (root: string) => boolean {
  const threads = useInfiniteQuery(threadsQuery).data;
  return useMemo(() => {
    const all = threads?.pages.flatMap((page) => page.items) ?? [];
    const followed = new Set(all.filter((thread) => thread.following).map((thread) => thread.root.id));
    return (root) => followed.has(root);
  }, [threads]);
}

/** Until when the person wants to be left alone; null when they do not. */
export function useQuiet(): string | null {
  const until = useQuery(quietQuery).data?.until ?? null;
  const left = until ? Date.parse(until) - Date.now() : 0;
  const [, again] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    // Timers count no further than 24 days.
    const timer = setTimeout(() => again((now) => now + 1), Math.min(left, 2_000_000_000));
    return () => clearTimeout(timer);
  }, [left]);
  return left > 0 ? until : null;
}
