/** What the in-memory server holds. */

import type { Account, Chat, Instance, Invitation, Message, Session, SystemBody } from "@/api";

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
}

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
    };
    this.chats.set(chat.id, chat);
    return chat;
  }

  addMessage(
    chat: MockChat,
    given: { author: string; text?: string; system?: SystemBody; client_id?: string; sent_at?: string },
  ): Message {
    chat.change += 1;
    const text = given.text ?? "";
    const told = given.system
      ? { kind: "system" as const, body: given.system }
      : {
          kind: "text" as const,
          body: { text, mentions: [...text.matchAll(/@\{([^}]+)\}/g)].map((match) => match[1] ?? "") },
        };
    const message: Message = {
      ...told,
      id: this.id("om"),
      chat: chat.id,
      number: chat.messages.length + 1,
      change: chat.change,
      author: given.author,
      sent_at: given.sent_at ?? this.at(),
      client_id: given.client_id ?? null,
    };
    chat.messages.push(message);
    chat.read.set(given.author, message.number);
    return message;
  }

  /** As `addMessage`, and told to whoever listens. */
  say(chat: MockChat, given: Parameters<MockState["addMessage"]>[1], event = "message.sent"): Message {
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
}
