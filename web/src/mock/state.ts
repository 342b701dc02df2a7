/** What the in-memory server holds. */

import type {
  Account,
  Chat,
  Export,
  Instance,
  Invitation,
  Message,
  PushDetail,
  Session,
  ShownCard,
  StoredFile,
  SystemBody,
  Upload,
} from "@/api";
import { newKeeping } from "./keeping";
import { newSeal } from "./seal";

export interface MockPerson {
  id: string;
  mail: string;
  password: string;
  totp: boolean;
  recoveryCodes: string[];
}

export interface MockChat {
  id: string;
  kind: Chat["kind"];
  name: string;
  owner: string;
  members: string[];
  messages: Message[];
  change: number;
  created_at: string;
  read: Map<string, number>;
  muted: Set<string>;
  managers: Set<string>;
  /** What was said in answer to a message, by that message. */
  threads: Map<string, MockThread>;
  pins: string[];
  versions: Map<string, { text: string; at: string }[]>;
  requests: Map<string, string>;
  link: string | null;
  /** For how many days the chat itself asks to be kept. */
  ownDays: number | null;
  settings: Pick<
    Chat,
    "visibility" | "join" | "posting" | "mention_all" | "history" | "announcement" | "description"
  >;
}

export interface MockThread {
  root: string;
  replies: Message[];
  read: Map<string, number>;
  followers: Set<string>;
}

export interface MockUpload extends Upload {
  chat: string;
  name: string;
  size_bytes: number;
}

/** What a message has from the start, whatever its kind. */
export const UNTOUCHED = {
  thread: null,
  quote: null,
  edits: 0,
  edited_at: null,
  recalled: null,
  reactions: [],
  pinned: false,
  replies: null,
  answer: null,
} satisfies Partial<Message>;

/** The code that the mock's authenticator always shows. */
export const TOTP_CODE = "123456";

export class MockState {
  instance: Instance = {
    name: "Bastide",
    version: "0.1.0",
    sign_up: "open",
    development_seal: false,
    mail: false,
    sealed: false,
  };
  signUpCode = "welcome";
  tenant: { id: string; name: string; kind: "organisation" | "personal" } = {
    id: "t_north",
    name: "Northwind Research 北风研究院",
    kind: "organisation",
  };
  people = new Map<string, MockPerson>();
  /** Which person stands behind an account. */
  personOf = new Map<string, string>();
  accounts = new Map<string, Account>();
  chats = new Map<string, MockChat>();
  drafts = new Map<string, string>();
  files = new Map<string, StoredFile>();
  uploads = new Map<string, MockUpload>();
  exports: Export[] = [];
  keeping = newKeeping();
  seal = newSeal();
  quietUntil: string | null = null;
  pushKey: string | null = null;
  pushDetail: PushDetail | null = null;
  invitations = new Map<string, Invitation & { token: string }>();
  resets = new Map<string, { person: string; needsProof: boolean }>();
  sessions: Session[] = [];
  avatars = new Map<string, string>();
  /** The account that is signed in; null at the door. */
  me: string | null = null;
  ticketFor: string | null = null;
  private counter = 1000;
  private listeners = new Set<(frame: object) => void>();

  constructor(readonly now: () => number = Date.now) {}

  id(prefix: string): string {
    this.counter += 1;
    return `${prefix}_${this.counter.toString(36).padStart(6, "0")}`;
  }

  at(): string {
    return new Date(this.now()).toISOString();
  }

  listen(listener: (frame: object) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(frame: object): void {
    for (const listener of this.listeners) listener(frame);
  }

  addAccount(
    id: string,
    given: { name: string; mail: string; title?: string; role?: Account["role"] },
  ): Account {
    const account: Account = {
      id,
      name: given.name,
      title: given.title ?? "",
      role: given.role ?? "member",
      state: "active",
      locale: "en",
      zone: "Asia/Shanghai",
      avatar: null,
    };
    this.accounts.set(id, account);
    const person = `p_${id.slice(2)}`;
    this.people.set(person, {
      id: person,
      mail: given.mail,
      password: "correct horse battery",
      totp: false,
      recoveryCodes: [],
    });
    this.personOf.set(id, person);
    return account;
  }

  addChat(given: {
    id?: string;
    kind: Chat["kind"];
    name: string;
    owner: string;
    members: string[];
    created_at?: string;
  }): MockChat {
    const chat: MockChat = {
      id: given.id ?? this.id("oc"),
      kind: given.kind,
      name: given.name,
      owner: given.owner,
      members: [...new Set([given.owner, ...given.members])],
      messages: [],
      change: 0,
      created_at: given.created_at ?? this.at(),
      read: new Map(),
      muted: new Set(),
      managers: new Set(),
      threads: new Map(),
      pins: [],
      versions: new Map(),
      requests: new Map(),
      link: null,
      ownDays: null,
      settings: {
        visibility: "private",
        join: "closed",
        posting: "everyone",
        mention_all: "everyone",
        history: "all",
        announcement: null,
        description: "",
      },
    };
    this.chats.set(chat.id, chat);
    return chat;
  }

  addMessage(chat: MockChat, given: Saying): Message {
    chat.change += 1;
    const list = given.thread ? this.threadOf(chat, given.thread).replies : chat.messages;
    const message = {
      ...UNTOUCHED,
      ...bodyOf(given),
      id: this.id("om"),
      chat: chat.id,
      number: list.length + 1,
      change: chat.change,
      author: given.author,
      sent_at: given.sent_at ?? this.at(),
      client_id: given.client_id ?? null,
      quote: given.quote ?? null,
      thread: given.thread ?? null,
    } as unknown as Message;
    list.push(message);
    if (given.thread) this.noteReply(chat, given.thread, message);
    else chat.read.set(given.author, message.number);
    return message;
  }

  threadOf(chat: MockChat, root: string): MockThread {
    const known = chat.threads.get(root);
    if (known) return known;
    const author = chat.messages.find((message) => message.id === root)?.author;
    const made = { root, replies: [], read: new Map(), followers: new Set(author ? [author] : []) };
    chat.threads.set(root, made);
    return made;
  }

  private noteReply(chat: MockChat, id: string, reply: Message): void {
    const thread = this.threadOf(chat, id);
    thread.followers.add(reply.author);
    thread.read.set(reply.author, reply.number);
    const root = chat.messages.find((message) => message.id === id);
    if (root) {
      root.replies = { count: thread.replies.length, last_at: reply.sent_at, last_number: reply.number };
    }
  }

  /** As `addMessage`, and told to whoever listens. */
  say(chat: MockChat, given: Saying, event = "message.sent"): Message {
    const message = this.addMessage(chat, given);
    const system = given.system;
    this.tell({
      type: "event",
      topic: chat.id,
      change: message.change,
      event,
      message,
      ...(system ? { accounts: system.accounts } : {}),
      ...(system?.name ? { name: system.name } : {}),
      at: message.sent_at,
    });
    return message;
  }

  /** A change of a message that is there already, told to whoever listens. */
  touch(chat: MockChat, message: Message, event: string, accounts: string[] = []): void {
    chat.change += 1;
    message.change = chat.change;
    this.tell({
      type: "event",
      topic: chat.id,
      change: chat.change,
      event,
      message: { ...message, reactions: message.reactions.map((one) => ({ ...one, mine: false })) },
      accounts,
      at: this.at(),
    });
  }

  /** A change of the chat itself. */
  changed(chat: MockChat, event: string, accounts: string[] = []): void {
    chat.change += 1;
    this.tell({ type: "event", topic: chat.id, change: chat.change, event, accounts, at: this.at() });
  }
}

export interface Saying {
  author: string;
  text?: string;
  files?: StoredFile[];
  system?: SystemBody;
  forward?: Extract<Message, { kind: "forward" }>["body"];
  card?: ShownCard;
  client_id?: string;
  sent_at?: string;
  quote?: Message["quote"];
  thread?: string | undefined;
}

export function mentionsIn(text: string): string[] {
  return [...text.matchAll(/@\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

function bodyOf({ system, forward, card, text = "", files = [] }: Saying): Pick<Message, "kind" | "body"> {
  if (system) return { kind: "system", body: system };
  if (card) return { kind: "card", body: card };
  if (forward) return { kind: "forward", body: forward };
  return { kind: "text", body: { text, mentions: mentionsIn(text), files } };
}
