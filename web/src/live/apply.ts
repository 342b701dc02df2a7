/** What the stream says, written into the query cache. */

import { notifyManager, type QueryClient } from "@tanstack/react-query";
import type { Message } from "@/api";
import { cachedChat, dropChat, myAccount, noteMessage, notePosition, patchChat } from "./cache";
import { keys } from "./keys";
import { addMessage, putMessage, renewMessage } from "./messages";
import type { EventFrame, NoticeFrame } from "./wire";

export function applyEvents(client: QueryClient, batch: EventFrame[]): void {
  notifyManager.batch(() => {
    for (const event of batch) applyEvent(client, event);
  });
}

function applyEvent(client: QueryClient, event: EventFrame): void {
  const chat = event.topic;
  if (event.message) {
    // The list of changes may tell what a message is now instead of how it came: a resume does.
    putMessage(client, event.message);
    if (!isChangeOfMessage(event)) {
      addMessage(client, event.message);
      noteMessage(client, event.message);
    }
  }
  patchChat(client, chat, (known) => ({ ...known, last_change: Math.max(known.last_change, event.change) }));
  if (!cachedChat(client, chat)) void client.invalidateQueries({ queryKey: keys.chats });

  switch (event.event) {
    case "message.sent":
      if (hasFiles(event.message)) void client.invalidateQueries({ queryKey: keys.files(chat) });
      return;
    case "message.edited":
      // A card can show other pictures now.
      if (event.message?.kind === "card") void client.invalidateQueries({ queryKey: keys.files(chat) });
      return;
    case "message.reacted":
      return;
    case "message.settled":
      void client.invalidateQueries({ queryKey: keys.files(chat) });
      return;
    case "message.recalled":
      void client.invalidateQueries({ queryKey: keys.files(chat) });
      void client.invalidateQueries({ queryKey: keys.pins(chat) });
      return;
    case "message.pinned":
    case "message.unpinned":
      void client.invalidateQueries({ queryKey: keys.pins(chat) });
      return;
    case "chat.disbanded":
      dropChat(client, chat);
      return;
    case "chat.renamed":
      if (event.name) patchChat(client, chat, (known) => ({ ...known, name: event.name ?? known.name }));
      return;
    case "member.removed":
      if (event.accounts?.includes(myAccount(client))) dropChat(client, chat);
      else renewMembers(client, chat);
      return;
    default:
      renewMembers(client, chat);
  }
}

function isChangeOfMessage({ event }: EventFrame): boolean {
  return event.startsWith("message.") && event !== "message.sent";
}

function hasFiles(message: Message | undefined): boolean {
  return (message?.kind === "text" || message?.kind === "card") && message.body.files.length > 0;
}

function renewMembers(client: QueryClient, chat: string): void {
  void client.invalidateQueries({ queryKey: keys.chatMembers(chat) });
  void client.invalidateQueries({ queryKey: keys.chats });
  void client.invalidateQueries({ queryKey: keys.chat(chat) });
  void client.invalidateQueries({ queryKey: keys.requests(chat) });
}

export function applyNotice(client: QueryClient, notice: NoticeFrame): void {
  switch (notice.notice) {
    case "chat.added":
      void client.invalidateQueries({ queryKey: keys.chats });
      void client.invalidateQueries({ queryKey: keys.publicChats });
      return;
    case "chat.declined":
      void client.invalidateQueries({ queryKey: keys.publicChats });
      return;
    case "chat.changed":
      // Muted, or not any more, on another device.
      void client.invalidateQueries({ queryKey: keys.chats });
      if (notice.chat) void client.invalidateQueries({ queryKey: keys.chat(notice.chat) });
      return;
    case "chat.removed":
      if (notice.chat) dropChat(client, notice.chat);
      return;
    case "position":
      if (notice.chat && notice.number !== undefined) notePosition(client, notice.chat, notice.number);
      return;
    case "draft":
      if (notice.chat) void client.invalidateQueries({ queryKey: keys.draft(notice.chat) });
      return;
    case "thread":
      void client.invalidateQueries({ queryKey: keys.threads });
      return;
    case "quiet":
      void client.invalidateQueries({ queryKey: keys.quiet });
      return;
    case "answer":
      // One has answered a card, perhaps on another device. What everybody hears does not say so.
      if (notice.chat && notice.number !== undefined) void renewMessage(client, notice.chat, notice.number);
      return;
    case "export":
      void client.invalidateQueries({ queryKey: keys.exports });
      return;
    case "profile":
      void client.invalidateQueries({ queryKey: keys.me });
      void client.invalidateQueries({ queryKey: ["account"] });
      void client.invalidateQueries({ queryKey: keys.allAccounts });
  }
}

/** Too far behind to be told one by one: what is held about the chat is fetched again. */
export function applyReset(client: QueryClient, chat: string): void {
  void client.resetQueries({ queryKey: keys.messages(chat) });
  void client.resetQueries({ queryKey: ["thread"] });
  void client.invalidateQueries({ queryKey: keys.threads });
  void client.invalidateQueries({ queryKey: keys.pins(chat) });
  renewMembers(client, chat);
}
