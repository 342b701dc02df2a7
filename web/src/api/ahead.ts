/**
 * What the messenger's API is agreed to be, ahead of `schema.d.ts`: paths here take the place of the generated ones.
 * Every line of this file goes once the document of the server has it.
 */

import type { components, paths } from "./schema";

type Generated = components["schemas"];

export interface File {
  id: string;
  name: string;
  /** Found by looking at the bytes, not at the name. */
  media_type: string;
  size_bytes: number;
  width: number | null;
  height: number | null;
  has_thumbnail: boolean;
  state: "uploading" | "ready" | "scanning" | "blocked";
}

export interface TextBody {
  text: string;
  mentions: string[];
  files: File[];
}

export interface SystemBody {
  accounts: string[];
  event:
    | Generated["SystemEvent"]
    | "member_joined"
    | "role_changed"
    | "announcement_changed"
    | "visibility_changed"
    | "unknown";
  name?: string | null;
  /** What the accounts are from then on. */
  role?: "manager" | "member" | null;
  /** Who knows of the chat from then on. */
  visibility?: "private" | "public" | null;
}

export interface ForwardItem {
  author: string;
  name: string;
  sent_at: string;
  text: string;
  mentions: string[];
  files: File[];
}

export interface Quote {
  message: string;
  number: number;
  author: string;
  excerpt: string;
  recalled: boolean;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** The first twenty. */
  accounts: string[];
  mine: boolean;
}

export type Message = (
  | { kind: "text"; body: TextBody }
  | { kind: "system"; body: SystemBody }
  | { kind: "forward"; body: { items: ForwardItem[] } }
  | { kind: "card"; body: Generated["Card"] }
  | { kind: "recalled"; body: Record<string, never> }
  | { kind: "unknown"; body: Record<string, never> }
) & {
  id: string;
  chat: string;
  number: number;
  change: number;
  author: string;
  sent_at: string;
  client_id: string | null;
  /** What oneself answered to it, if it is a card. */
  answer: Generated["OwnAnswer"] | null;
  thread: string | null;
  quote: Quote | null;
  edits: number;
  edited_at: string | null;
  recalled: { by: string; at: string } | null;
  reactions: Reaction[];
  pinned: boolean;
  replies: { count: number; last_at: string; last_number: number } | null;
};

export interface MessagePage {
  items: Message[];
  has_before: boolean;
  has_after: boolean;
}

export interface ThreadPage extends MessagePage {
  root: Message;
  following: boolean;
  read_number: number;
  unread: number;
}

export interface Thread {
  root: Message;
  /** Who began it. */
  author: Generated["Person2"];
  following: boolean;
  read_number: number;
  unread: number;
}

export interface ThreadStanding {
  following: boolean;
  read_number: number;
  unread: number;
}

export interface Readers {
  items: Generated["Person2"][];
  next_cursor: string | null;
  read: number;
  unread: number;
}

export type Chat = Omit<Generated["Chat"], "role" | "last_message"> & {
  last_message: Message | null;
  role: ChatRole;
  visibility: "private" | "public";
  join: "open" | "approval" | "closed";
  posting: "everyone" | "managers";
  mention_all: "everyone" | "managers";
  history: "all" | "since_joined";
  announcement: { text: string; by: string; at: string } | null;
  description: string;
  /** How many ask to join; told to those who decide. */
  requests: number;
};

export type ChatRole = "owner" | "manager" | "member";
export type ChatMember = Omit<Generated["Membership"], "role"> & { role: ChatRole };

export interface ChatChange {
  name?: string;
  muted?: boolean;
  description?: string;
  announcement?: string;
  visibility?: Chat["visibility"];
  join?: Chat["join"];
  posting?: Chat["posting"];
  mention_all?: Chat["mention_all"];
  history?: Chat["history"];
}

export interface PublicChat {
  id: string;
  name: string;
  description: string;
  members: number;
  join: Chat["join"];
  is_joined: boolean;
  is_requested: boolean;
}

/** How a link stands. */
export interface ChatLink {
  made_by: string;
  made_at: string;
  expires_at: string;
  uses: number;
  uses_max: number | null;
  is_good: boolean;
}

export interface Upload {
  id: string;
  part_bytes: number;
  parts: number;
  /** Indexes of the parts that are there. */
  received: number[];
  /** When it goes unless it is sent. */
  expires_at: string | null;
  /** The file, once it is whole. */
  file: File | null;
}

export interface ChatFile {
  file: File;
  /** The number of the message that it came with. */
  number: number;
  author: Generated["Person2"];
  created_at: string;
}

export interface Wording {
  /** 0 for the first; one more for each edit. */
  edit: number;
  text: string;
  mentions: string[];
  written_at: string;
}

export interface PersonReaction {
  account: Generated["Person2"];
  emoji: string;
  reacted_at: string;
}

export interface MessengerPolicy {
  edit_window_s: number;
  recall_window_s: number;
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
type Person = Generated["Person2"];
type Done = Record<string, never>;

interface Op<Path, Query, Body, Answer> {
  parameters: [Path] extends [never]
    ? { query?: Query }
    : [Query] extends [never]
      ? { path: Path }
      : { path: Path; query?: Query };
  requestBody?: [Body] extends [never] ? never : { content: { "application/json": Body } };
  responses: { 200: { content: { "application/json": Answer } } };
}
type InChat = { chat: string };
type OnMessage = InChat & { message: string };
type OfUpload = InChat & { upload: string };
type Paged = { cursor?: string; limit?: number };
type Around = { before?: number; after?: number; limit?: number };

interface Agreed {
  "/chats": {
    get: Op<never, Paged, never, Page<Chat>>;
    post: Op<never, never, { name: string; members: string[] }, Chat>;
  };
  "/chats/direct": { post: Op<never, never, { account: string }, Chat> };
  "/chats/public": { get: Op<never, Paged, never, Page<PublicChat>> };
  "/chats/links/inspect": { post: Op<never, never, { token: string }, PublicChat & { expires_at: string }> };
  "/chats/links/join": { post: Op<never, never, { token: string }, Joined> };
  "/chats/{chat}": {
    get: Op<InChat, never, never, Chat>;
    patch: Op<InChat, never, ChatChange, Chat>;
    delete: Op<InChat, never, never, Done>;
  };
  "/chats/{chat}/draft": paths["/chats/{chat}/draft"];
  "/chats/{chat}/leave": paths["/chats/{chat}/leave"];
  "/chats/{chat}/members": {
    get: Op<InChat, Paged, never, Page<ChatMember>>;
    post: Op<InChat, never, { accounts: string[] }, Chat>;
  };
  "/chats/{chat}/members/{account}": paths["/chats/{chat}/members/{account}"];
  "/chats/{chat}/members/{account}/role": {
    put: Op<InChat & { account: string }, never, { role: "manager" | "member" }, Done>;
  };
  "/chats/{chat}/owner": { post: Op<InChat, never, { account: string }, Chat> };
  "/chats/{chat}/join": { post: Op<InChat, never, Done, Joined> };
  "/chats/{chat}/link": {
    get: Op<InChat, never, never, { link: ChatLink | null }>;
    post: Op<InChat, never, { expires_in_h?: number; uses_max?: number }, ChatLink & { path: string }>;
    delete: Op<InChat, never, never, Done>;
  };
  "/chats/{chat}/request": { delete: Op<InChat, never, never, Done> };
  "/chats/{chat}/requests": {
    get: Op<InChat, Paged, never, Page<{ account: Person; asked_at: string }>>;
  };
  "/chats/{chat}/requests/{account}": {
    post: Op<InChat & { account: string }, never, { accept: boolean }, Done>;
  };
  "/chats/{chat}/messages": {
    get: Op<InChat, Around, never, MessagePage>;
    post: Op<
      InChat,
      never,
      {
        client_id: string;
        body: { text: string; files?: string[] };
        reply_to?: string | null;
        thread?: string | null;
      },
      Message
    >;
  };
  "/chats/{chat}/messages/{message}": {
    get: Op<OnMessage, never, never, Message>;
    patch: Op<OnMessage, never, { text: string }, Message>;
    delete: Op<OnMessage, never, never, Message>;
  };
  "/chats/{chat}/messages/{message}/versions": {
    get: Op<OnMessage, never, never, { items: Wording[] }>;
  };
  "/chats/{chat}/messages/{message}/reaction": {
    put: Op<OnMessage, never, { emoji: string; present: boolean }, Message>;
  };
  "/chats/{chat}/messages/{message}/reactions": {
    get: Op<OnMessage, never, never, { items: PersonReaction[] }>;
  };
  "/chats/{chat}/messages/{message}/readers": {
    get: Op<OnMessage, Paged & { read: boolean }, never, Readers>;
  };
  "/chats/{chat}/messages/{message}/thread": {
    get: Op<OnMessage, Around, never, ThreadPage>;
    put: Op<OnMessage, never, { read_number?: number; following?: boolean }, ThreadStanding>;
  };
  "/chats/{chat}/pins": { get: Op<InChat, never, never, { items: Message[] }> };
  "/chats/{chat}/pins/{message}": {
    put: Op<OnMessage, never, Done, Message>;
    delete: Op<OnMessage, never, never, Message>;
  };
  "/chats/{chat}/position": paths["/chats/{chat}/position"];
  "/chats/{chat}/forwards": {
    post: Op<InChat, never, { client_id: string; source: string; messages: string[] }, Message>;
  };
  "/chats/{chat}/files": { get: Op<InChat, Paged & { kind?: "image" | "file" }, never, Page<ChatFile>> };
  "/chats/{chat}/uploads": {
    post: Op<InChat, never, { name: string; size_bytes: number; client_id: string }, Upload>;
  };
  "/chats/{chat}/uploads/{upload}": {
    get: Op<OfUpload, never, never, Upload>;
    delete: Op<OfUpload, never, never, Done>;
  };
  "/chats/{chat}/uploads/{upload}/parts/{index}": {
    put: Op<OfUpload & { index: number }, never, Blob, Done>;
  };
  "/chats/{chat}/uploads/{upload}/finish": { post: Op<OfUpload, never, Done, File> };
  "/files/quota": {
    get: Op<
      never,
      never,
      never,
      { used_bytes: number; allowed_bytes: number | null; given_bytes: number | null }
    >;
  };
  "/threads": { get: Op<never, Paged, never, Page<Thread>> };
  "/me/quiet": {
    get: Op<never, never, never, { until: string | null }>;
    put: Op<never, never, { until: string | null }, { until: string | null }>;
  };
  "/messenger/policy": {
    get: Op<never, never, never, MessengerPolicy>;
    put: Op<never, never, MessengerPolicy, MessengerPolicy>;
  };
}

/** Either one is in at once, or the wish waits for a decision. */
export interface Joined {
  chat: Chat | null;
  requested: boolean;
}

export type AgreedPaths = Omit<paths, keyof Agreed> & Agreed;
