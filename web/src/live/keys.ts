/** Names of everything that the query cache holds; the stream and the screens agree on them here. */

export const keys = {
  instance: ["instance"] as const,
  me: ["me"] as const,
  sessions: ["sessions"] as const,
  chats: ["chats"] as const,
  chat: (chat: string) => ["chat", chat] as const,
  messages: (chat: string) => ["messages", chat] as const,
  allMessages: ["messages"] as const,
  chatMembers: (chat: string) => ["chat-members", chat] as const,
  draft: (chat: string) => ["draft", chat] as const,
  account: (account: string) => ["account", account] as const,
  accounts: (query: string) => ["accounts", query] as const,
  allAccounts: ["accounts"] as const,
  members: ["members"] as const,
  invitations: ["invitations"] as const,
};
