/** The names by which the rest of the application knows the wire's types. */

import type { Chat } from "./ahead";
import type { components } from "./schema";

export type {
  Chat,
  ChatChange,
  ChatFile,
  ChatLink,
  ChatMember,
  ChatRole,
  File as StoredFile,
  ForwardItem,
  Joined,
  Message,
  MessagePage,
  MessengerPolicy,
  PersonReaction,
  PublicChat,
  Quote,
  Reaction,
  Readers,
  SystemBody,
  TextBody,
  Thread,
  ThreadPage,
  Upload,
  Wording,
} from "./ahead";

type Schemas = components["schemas"];

export type Instance = Schemas["Instance"];
export type Me = Schemas["Me"];
export type Account = Schemas["Account"];
export type AccountLite = NonNullable<Chat["other"]>;
export type Member = Schemas["Member"];
export type Role = Account["role"];
export type SignedIn = Schemas["SignedIn"];
export type Session = Schemas["Session"];
export type Invitation = Schemas["Invitation"];
export type InvitationView = Schemas["InvitationView"];
export type Problem = Schemas["Problem"];

/** One page of a list; `next_cursor` is null on the last. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
export type Card = Schemas["Card"];
export type CardElement = Card["elements"][number];
