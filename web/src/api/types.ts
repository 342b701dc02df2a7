/** The names by which the rest of the application knows the wire's types. */

import type { components, paths } from "./schema";

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
export type Seal = Schemas["Seal"];
export type Quorum = Schemas["Quorum"];
export type Keys = Schemas["Keys"];
export type Problem = Schemas["Problem"];

/** One page of a list; `next_cursor` is null on the last. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
export type Card = Schemas["Card"];
export type ShownCard = Schemas["ShownCard"];
export type CardElement = Card["elements"][number];
export type Chat = Schemas["Chat"];
export type ChatChange = NonNullable<
  paths["/chats/{chat}"]["patch"]["requestBody"]
>["content"]["application/json"];
export type ChatMember = Schemas["Membership"];
/** A group as it is seen from outside. */
export type PublicChat = Schemas["Door"];
export type ChatLink = Schemas["Link"];
export type Joined = Schemas["Joined"];
export type Message = Schemas["Message"];
export type MessagePage = Schemas["Messages"];
export type SystemBody = Schemas["SystemBody"];
export type ForwardItem = Schemas["ForwardedMessage"];
export type Quote = Schemas["Quote"];
export type Reaction = Schemas["Reaction"];
export type PersonReaction = Schemas["PersonReaction"];
export type Readers = Schemas["Readers"];
export type Wording = Schemas["Wording"];
/** A thread as it is read. */
export type ThreadPage = Schemas["Thread"];
/** A thread as it is listed. */
export type Thread = Schemas["FollowedThread"];
export type MessengerPolicy = Schemas["Policy"];
export type Hold = Schemas["Hold"];
export type Quota = Schemas["Quota"];
export type Import = Schemas["Import"];
export type StoredFile = Schemas["File"];
export type ChatFile = Schemas["ChatFile"];
export type Upload = Schemas["Upload"];
/** An archive of what somebody wrote and sent, or how far it is. */
export type Export = Schemas["Export"];
export type PushDetail = Schemas["PushDetail"];
