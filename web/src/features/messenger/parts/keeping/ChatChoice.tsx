import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api";
import { pictureOf } from "@/features/people/public";
import { Avatar, IconCheck, IconHash, Row, Stack, TextField } from "@/ui";
import { useChats } from "../../queries";
import styles from "./keeping.module.css";

const SHOWN = 30;

interface Choice {
  id: string;
  name: string;
  chat: Chat | null;
}

interface Props {
  name: string;
  /** A chat's id; empty while none is chosen. */
  chosen: string;
  error: string | undefined;
  onChoose(chat: string): void;
}

/** One chat: of one's own by name, or any other by its address. */
export function ChatChoice({ name, chosen, error, onChoose }: Props) {
  const { t } = useTranslation("keeping");
  const id = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const choices = useChoices(query.trim());
  const active = choices[Math.min(at, choices.length - 1)];

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((now) => Math.min(choices.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(0, now - 1));
    else if (event.key === "Enter" && active && active.id !== chosen) onChoose(active.id);
    else return;
    event.preventDefault();
  };
  return (
    <Stack gap={4}>
      <TextField
        name={name}
        label={t("hold.chat")}
        hint={t("hold.chat_hint")}
        error={error}
        value={query}
        placeholder={t("hold.chat_search")}
        role="combobox"
        aria-expanded={choices.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={active ? `${id}-${active.id}` : undefined}
        autoComplete="off"
        onText={(text) => {
          setQuery(text);
          setAt(0);
          // What was chosen before may be out of sight now.
          onChoose(idIn(text) ?? "");
        }}
        onKeyDown={press}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("hold.chat")}
        tabIndex={-1}
        className={styles.choices}
      >
        {choices.map((choice) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above moves through the options
          <div
            key={choice.id}
            id={`${id}-${choice.id}`}
            ref={choice === active ? (node) => node?.scrollIntoView?.({ block: "nearest" }) : null}
            role="option"
            tabIndex={-1}
            aria-selected={choice.id === chosen}
            data-active={choice === active ? "" : undefined}
            className={styles.choice}
            onClick={() => onChoose(choice.id)}
          >
            <Row
              leading={<Picture choice={choice} />}
              title={choice.name}
              trailing={choice.id === chosen ? <IconCheck size={16} /> : null}
            />
          </div>
        ))}
        {choices.length === 0 && <p className={styles.nothing}>{t("hold.no_match")}</p>}
      </div>
    </Stack>
  );
}

function Picture({ choice: { id, name, chat } }: { choice: Choice }) {
  if (!chat) return <IconHash size={20} className={styles.icon} aria-hidden="true" />;
  return (
    <Avatar
      id={chat.other?.id ?? id}
      name={name}
      picture={pictureOf(chat.other)}
      shape={chat.kind === "group" ? "square" : "round"}
      size={24}
    />
  );
}

/** The id in a chat's address, or the id alone. */
function idIn(text: string): string | null {
  return /(?:^|\/chats\/)(oc_[0-9a-z]+)/i.exec(text.trim())?.[1] ?? null;
}

function useChoices(query: string): Choice[] {
  const { chats } = useChats();
  const named = idIn(query);
  if (named) {
    const known = chats.find((chat) => chat.id === named) ?? null;
    return [{ id: named, name: known?.name ?? named, chat: known }];
  }
  const low = query.toLocaleLowerCase();
  return chats
    .filter((chat) => chat.name.toLocaleLowerCase().includes(low))
    .slice(0, SHOWN)
    .map((chat) => ({ id: chat.id, name: chat.name, chat }));
}
