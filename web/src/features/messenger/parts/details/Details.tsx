import { useTranslation } from "react-i18next";
import type { Chat, Message } from "@/api";
import { CountBadge, IconButton, IconX, Tabs } from "@/ui";
import { About } from "./About";
import styles from "./details.module.css";
import { Files } from "./Files";
import { Pins } from "./Pins";
import { Settings } from "./Settings";
import type { DetailsTab } from "./tabs";

interface Props {
  chat: Chat;
  tab: DetailsTab | undefined;
  onTab(tab: DetailsTab): void;
  /** Somebody wants to see a message where it was said. */
  onMessage(message: Pick<Message, "id" | "thread">): void;
  onNumber(number: number): void;
  onClose(): void;
}

export function Details({ chat, tab = "about", onTab, onMessage, onNumber, onClose }: Props) {
  const { t } = useTranslation("messenger");
  const { t: groups } = useTranslation("groups");
  const group = chat.kind === "group";
  const shown = tab === "settings" && !group ? "about" : tab;
  return (
    <aside className={styles.details} aria-label={t("details.title")}>
      <header className={styles.head}>
        <h2>{t("details.title")}</h2>
        <IconButton label={t("details.close")} onClick={onClose}>
          <IconX size={20} />
        </IconButton>
      </header>
      <Tabs<DetailsTab>
        label={groups("tab.label")}
        value={shown}
        onPick={onTab}
        tabs={[
          { value: "about", label: groups("tab.about") },
          { value: "files", label: groups("tab.files") },
          { value: "pins", label: groups("tab.pins") },
          ...(group
            ? [
                {
                  value: "settings" as const,
                  label: (
                    <>
                      {groups("tab.settings")}
                      <CountBadge
                        count={chat.requests}
                        label={groups("request.count", { count: chat.requests })}
                      />
                    </>
                  ),
                },
              ]
            : []),
        ]}
      >
        {shown === "about" && <About chat={chat} />}
        {shown === "files" && <Files chat={chat} onNumber={onNumber} />}
        {shown === "pins" && <Pins chat={chat} onMessage={onMessage} />}
        {shown === "settings" && <Settings chat={chat} />}
      </Tabs>
    </aside>
  );
}
