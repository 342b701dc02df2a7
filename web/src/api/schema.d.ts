// Types of the wire, in the shape that `npm run api:generate` writes from the
// server's OpenAPI document. That command replaces this file as a whole.

interface Ok<Answer> {
  headers: Record<string, unknown>;
  content: { "application/json": Answer };
}
interface Op<Answer, Body = never, Query = never, Path = never> {
  parameters: {
    query?: [Query] extends [never] ? never : Query;
    path: [Path] extends [never] ? never : Path;
  };
  requestBody: [Body] extends [never] ? never : { content: { "application/json": Body } };
  responses: { 200: Ok<Answer> };
}
interface Paging {
  limit?: number;
  cursor?: string;
}
type S = components["schemas"];
type Nothing = Record<string, never>;

export interface paths {
  "/instance": { get: Op<S["Instance"]> };
  "/sign-up": { post: Op<S["SignedIn"], S["SignUp"]> };
  "/sign-in": { post: Op<S["SignedIn"], { mail: string; password: string }> };
  "/sign-in/second-factor": {
    post: Op<S["SignedIn"], { ticket: string; code?: string; recovery_code?: string }>;
  };
  "/sign-out": { post: Op<Nothing, Nothing> };
  "/me": {
    get: Op<S["Me"]>;
    patch: Op<S["Me"], { name?: string; title?: string; locale?: string; zone?: string }>;
  };
  "/me/switch": { post: Op<S["Me"], { account: string }> };
  "/me/avatar": { put: Op<{ avatar: string }, Blob>; delete: Op<Nothing> };
  "/me/password": { post: Op<Nothing, { current: string; password: string }> };
  "/me/totp": { post: Op<{ secret: string; uri: string; qr_svg: string }, { password: string }> };
  "/me/totp/confirm": { post: Op<S["RecoveryCodes"], { code: string }> };
  "/me/totp/remove": { post: Op<Nothing, { password: string; code: string }> };
  "/me/recovery-codes": { post: Op<S["RecoveryCodes"], { code: string }> };
  "/me/sessions": { get: Op<S["SessionPage"], never, Paging> };
  "/me/sessions/{session}": { delete: Op<Nothing, never, never, { session: string }> };
  "/me/sessions/revoke-others": { post: Op<Nothing, Nothing> };
  "/password-reset": { post: Op<Nothing, { mail: string }> };
  "/password-reset/finish": {
    post: Op<Nothing, { token: string; password: string; code?: string; recovery_code?: string }>;
  };
  "/accounts": { get: Op<S["AccountPage"], never, Paging & { query?: string }> };
  "/accounts/{account}": { get: Op<S["Account"], never, never, { account: string }> };
  "/members": { get: Op<S["MemberPage"], never, Paging> };
  "/members/{account}": {
    patch: Op<S["Account"], { role?: S["Role"]; state?: S["AccountState"] }, never, { account: string }>;
  };
  "/members/{account}/password-reset": {
    post: Op<S["ResetStarted"], Nothing, never, { account: string }>;
  };
  "/invitations": {
    get: Op<S["InvitationPage"], never, Paging>;
    post: Op<
      S["Invitation"],
      { mail?: string; role: "member" | "administrator"; expires_in_h: number }
    >;
  };
  "/invitations/{invitation}": { delete: Op<Nothing, never, never, { invitation: string }> };
  "/invitations/inspect": { post: Op<S["InvitationView"], { token: string }> };
  "/invitations/accept": { post: Op<S["SignedIn"], S["AcceptInvitation"]> };
  "/invitations/join": { post: Op<S["Me"], { token: string }> };
  "/chats": {
    get: Op<S["ChatPage"], never, Paging>;
    post: Op<S["Chat"], { name: string; members: string[] }>;
  };
  "/chats/direct": { post: Op<S["Chat"], { account: string }> };
  "/chats/{chat}": {
    get: Op<S["Chat"], never, never, { chat: string }>;
    patch: Op<S["Chat"], { name?: string; muted?: boolean }, never, { chat: string }>;
  };
  "/chats/{chat}/members": {
    get: Op<S["ChatMemberPage"], never, Paging, { chat: string }>;
    post: Op<S["Chat"], { accounts: string[] }, never, { chat: string }>;
  };
  "/chats/{chat}/members/{account}": {
    delete: Op<Nothing, never, never, { chat: string; account: string }>;
  };
  "/chats/{chat}/leave": { post: Op<Nothing, Nothing, never, { chat: string }> };
  "/chats/{chat}/owner": { post: Op<S["Chat"], { account: string }, never, { chat: string }> };
  "/chats/{chat}/messages": {
    get: Op<
      S["MessagePage"],
      never,
      { before?: number; after?: number; limit?: number },
      { chat: string }
    >;
    post: Op<S["Message"], { client_id: string; body: { text: string } }, never, { chat: string }>;
  };
  "/chats/{chat}/position": {
    put: Op<{ read_number: number; unread: number }, { number: number }, never, { chat: string }>;
  };
  "/chats/{chat}/draft": {
    get: Op<S["Draft"], never, never, { chat: string }>;
    put: Op<Nothing, { text: string }, never, { chat: string }>;
  };
}

export interface components {
  schemas: {
    Instance: {
      name: string;
      version: string;
      sign_up: "open" | "code" | "closed";
      development_seal: boolean;
      mail: boolean;
      sealed: boolean;
    };
    Role: "owner" | "administrator" | "member";
    AccountState: "active" | "suspended";
    Account: {
      id: string;
      name: string;
      title: string;
      role: S["Role"];
      state: S["AccountState"];
      locale: string;
      zone: string;
      avatar: string | null;
    };
    AccountLite: { id: string; name: string; avatar: string | null };
    Member: S["Account"] & { mail: string };
    Me: {
      person: { id: string; mail: string; totp: boolean; recovery_codes_left: number };
      account: S["Account"];
      tenant: { id: string; name: string; kind: "organisation" | "personal" };
      accounts: { account: string; tenant: string; tenant_name: string }[];
      session: string;
    };
    SignedIn: { state: "signed_in"; token: string; me: S["Me"] } | { state: "second_factor"; ticket: string };
    SignUp: {
      kind: "organisation" | "personal";
      organisation?: string;
      name: string;
      mail: string;
      password: string;
      code?: string;
      locale: "zh-CN" | "en";
      zone: string;
    };
    RecoveryCodes: { recovery_codes: string[] };
    Session: {
      id: string;
      current: boolean;
      client: string;
      address: string;
      created_at: string;
      seen_at: string;
      expires_at: string;
    };
    SessionPage: { items: S["Session"][]; next_cursor: string | null };
    AccountPage: { items: S["Account"][]; next_cursor: string | null };
    MemberPage: { items: S["Member"][]; next_cursor: string | null };
    ResetStarted: { sent: "mail" } | { sent: "link"; link: string };
    Invitation: {
      id: string;
      /** Only in the answer that makes it. */
      link: string | null;
      expires_at: string;
      role: "member" | "administrator";
      mail: string | null;
      state: "open" | "accepted" | "withdrawn" | "expired";
    };
    InvitationPage: { items: S["Invitation"][]; next_cursor: string | null };
    InvitationView: { tenant_name: string; inviter_name: string; mail: string | null; expires_at: string };
    AcceptInvitation: {
      token: string;
      name: string;
      mail: string;
      password: string;
      locale: "zh-CN" | "en";
      zone: string;
    };
    Chat: {
      id: string;
      kind: "direct" | "group";
      name: string;
      other: S["AccountLite"] | null;
      role: "owner" | "member";
      members: number;
      last_number: number;
      last_change: number;
      read_number: number;
      unread: number;
      mentions: number;
      last_message: S["Message"] | null;
      created_at: string;
      muted: boolean;
    };
    ChatPage: { items: S["Chat"][]; next_cursor: string | null };
    ChatMember: {
      account: S["AccountLite"];
      role: "owner" | "member";
      joined_at: string;
      read_number: number;
    };
    ChatMemberPage: { items: S["ChatMember"][]; next_cursor: string | null };
    TextBody: { text: string; mentions: string[] };
    SystemBody: {
      event:
        | "chat_created"
        | "members_added"
        | "member_removed"
        | "member_left"
        | "chat_renamed"
        | "owner_changed";
      accounts: string[];
      name?: string;
    };
    Message: {
      id: string;
      chat: string;
      number: number;
      change: number;
      author: string;
      /** `unknown` was written by a newer server than this one. */
      kind: "text" | "system" | "unknown";
      body: S["TextBody"] | S["SystemBody"] | Nothing;
      sent_at: string;
      client_id: string | null;
    };
    MessagePage: { items: S["Message"][]; has_before: boolean; has_after: boolean };
    Draft: { text: string; saved_at: string | null };
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      reference: string;
      field?: string;
      retry_after_s?: number;
    };
  };
}
