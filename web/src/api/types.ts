/** The names by which the rest of the application knows the wire's types. */

import type { components } from "./schema";

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
export type Chat = Schemas["Chat"];
export type ChatMember = Schemas["Membership"];
export type Message = Schemas["Message"];
export type TextBody = Schemas["TextBody"];
export type SystemBody = Schemas["SystemBody"];
export type MessagePage = Schemas["Messages"];
export type Problem = Schemas["Problem"];

/** One page of a list; `next_cursor` is null on the last. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
