import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { IconMessageCircle } from "@/ui";
import { useChats } from "../../queries";
import styles from "./text.module.css";

interface Target {
  chat: string;
  message: string;
  thread: string | undefined;
}

/** The address of a message, to be passed on. */
export function addressOf({ chat, message, thread }: Target): string {
  const address = new URL(`/chats/${chat}`, location.origin);
  address.searchParams.set("message", message);
  if (thread) address.searchParams.set("thread", thread);
  return address.href;
}

/** Which message of this server an address leads to, if it does. */
export function messageOf(address: string): Target | null {
  try {
    const url = new URL(address);
    const chat = /^\/chats\/(oc_[A-Za-z0-9_-]+)$/.exec(url.pathname)?.[1];
    const message = url.searchParams.get("message");
    if (url.origin !== location.origin || !chat || !message) return null;
    return { chat, message, thread: url.searchParams.get("thread") ?? undefined };
  } catch {
    return null;
  }
}

export function MessageLink({ chat, message, thread }: Target) {
  const { t } = useTranslation("talk");
  const { chats } = useChats();
  const name = chats.find((one) => one.id === chat)?.name;
  return (
    <Link
      to="/chats/$chat"
      params={{ chat }}
      search={{ message, ...(thread ? { thread } : {}) }}
      className={styles.chip}
    >
      <IconMessageCircle size={14} aria-hidden="true" />
      {name ? t("link.in", { name }) : t("link.message")}
    </Link>
  );
}
