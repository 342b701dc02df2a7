import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { keysOf, runShortcut, useShortcut } from "@/app/shortcuts";
import { Button, EmptyState, IconMessages, Kbd, Panes } from "@/ui";
import { ChatList } from "../parts/ChatList";
import { useChats } from "../queries";
import styles from "./conversation.module.css";

export function Chats() {
  const { t } = useTranslation("messenger");
  const { chat: open } = useParams({ strict: false }) as { chat?: string };
  useMoving(open);
  return (
    <Panes list={<ChatList open={open} />} listLabel={t("list.title")} resizeLabel={t("list.resize")}>
      <Outlet />
    </Panes>
  );
}

/** Keys that walk through the list without leaving the writing box. */
function useMoving(open: string | undefined): void {
  const navigate = useNavigate();
  const { chats } = useChats();
  const at = chats.findIndex((chat) => chat.id === open);
  const go = (chat: string | undefined) => {
    if (chat) void navigate({ to: "/chats/$chat", params: { chat } });
  };
  useShortcut("previous_chat", () => go(chats[at > 0 ? at - 1 : chats.length - 1]?.id));
  useShortcut("next_chat", () => go(chats[at + 1 < chats.length ? at + 1 : 0]?.id));
  useShortcut("next_unread", () => go(chats.find((chat) => chat.unread > 0 && chat.id !== open)?.id));
}

export function NoChat() {
  const { t } = useTranslation("messenger");
  return (
    <>
      <h1 className="only-read-aloud">{t("list.title")}</h1>
      <EmptyState
        icon={<IconMessages size={28} />}
        title={t("none.title")}
        text={t("none.text")}
        action={
          <>
            <Button onClick={() => runShortcut("new_chat")}>{t("new.title")}</Button>
            <span className={styles.hint}>
              <Kbd keys={keysOf("palette")} /> {t("none.palette")}
            </span>
          </>
        }
      />
    </>
  );
}
