import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type Chat, type ChatMember, type MessagePage, type Page } from "@/api";
import { cachedChat, keys } from "@/live";

const CHATS_PAGE = 100;
const MEMBERS_PAGE = 100;
const MESSAGES_PAGE = 60;
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

/** History in both directions; it opens where reading stopped. */
export function useHistory(chat: string) {
  const client = useQueryClient();
  return useInfiniteQuery({
    queryKey: keys.messages(chat),
    queryFn: ({ pageParam }): Promise<MessagePage> =>
      api.get("/chats/{chat}/messages", {
        path: { chat },
        query: { limit: MESSAGES_PAGE, ...(pageParam ?? openAt(cachedChat(client, chat))) },
      }),
    initialPageParam: null as Position | null,
    getPreviousPageParam: (page): Position | null =>
      page.has_before && page.items[0] ? { before: page.items[0].number } : null,
    getNextPageParam: (page): Position | null => {
      const last = page.items.at(-1);
      return page.has_after && last ? { after: last.number } : null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The newest page, unless more is unread than one page shows. */
function openAt(chat: Chat | undefined): Position {
  if (!chat || chat.unread < MESSAGES_PAGE - CONTEXT) return {};
  return { after: Math.max(0, chat.read_number - CONTEXT) };
}

export function newestPage(chat: string): Promise<MessagePage> {
  return api.get("/chats/{chat}/messages", { path: { chat }, query: { limit: MESSAGES_PAGE } });
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

export const draftQuery = (chat: string) =>
  queryOptions({
    queryKey: keys.draft(chat),
    queryFn: () => api.get("/chats/{chat}/draft", { path: { chat } }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
