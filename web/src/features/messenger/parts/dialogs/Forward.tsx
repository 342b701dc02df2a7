import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Account, Chat, Message } from "@/api";
import { Problem } from "@/app/refusals";
import { useAccount } from "@/app/session";
import { accountsQuery, pictureOf } from "@/features/people/public";
import { Avatar, Button, Dialog, IconCheck, IconX, Row, Stack, TextField, toasts } from "@/ui";
import { openDirect } from "../../commands";
import { useChats } from "../../queries";
import { forwardTo } from "../../talk";
import { MessageLine } from "../lines";
import styles from "./dialogs.module.css";

const MOST = 10;
const CHATS_SHOWN = 30;

/** Somewhere to send something on to: a chat that is there, or a person, whose chat is made on the way. */
interface Goal {
  key: string;
  name: string;
  avatar: { id: string; picture: string | null; shape: "round" | "square" };
  detail?: string | undefined;
  chat(): Promise<string>;
}

interface Props {
  messages: readonly Message[];
  onSent?: (() => void) | undefined;
  onClose(): void;
}

export function Forward({ messages, onSent, onClose }: Props) {
  const { t } = useTranslation("talk");
  const client = useQueryClient();
  const id = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [picked, setPicked] = useState<Goal[]>([]);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const goals = useGoals(useDeferredValue(query.trim()));
  const active = goals[Math.min(at, goals.length - 1)];

  const toggle = (goal: Goal) => {
    const has = picked.some((one) => one.key === goal.key);
    if (has) setPicked(picked.filter((one) => one.key !== goal.key));
    else if (picked.length < MOST) setPicked([...picked, goal]);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((now) => Math.min(goals.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(0, now - 1));
    else if (event.key === "Enter" && active) toggle(active);
    else return;
    event.preventDefault();
  };
  const send = async () => {
    setBusy(true);
    setFailure(null);
    const left = [...picked];
    try {
      for (const goal of picked) {
        await forwardTo(client, await goal.chat(), messages, note.trim());
        left.shift();
      }
      toasts.show({ text: t("forward.done", { count: picked.length }) });
      onSent?.();
      onClose();
    } catch (error) {
      // Whoever has it already is not sent it again.
      setPicked(left);
      setFailure(error);
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t("forward.title")}
      closeLabel={t("close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            look="primary"
            busy={busy}
            disabledReason={picked.length === 0 ? t("forward.nobody") : undefined}
            onClick={() => void send()}
          >
            {t("forward.submit", { count: picked.length })}
          </Button>
        </>
      }
    >
      <Stack gap={12}>
        <Problem error={failure} />
        {messages[0] && (
          <p className={styles.excerpt}>
            <MessageLine message={messages[0]} named />
          </p>
        )}
        {messages.length > 1 && (
          <p className={styles.more}>{t("forward.more", { count: messages.length - 1 })}</p>
        )}
        {picked.length > 0 && (
          <ul className={styles.chips} aria-label={t("forward.picked")}>
            {picked.map((goal) => (
              <li key={goal.key}>
                <button
                  type="button"
                  className={styles.chip}
                  aria-label={t("forward.drop", { name: goal.name })}
                  onClick={() => toggle(goal)}
                >
                  {goal.name} <IconX size={14} aria-hidden="true" />
                </button>
              </li>
            ))}
          </ul>
        )}
        <TextField
          label={t("forward.to")}
          value={query}
          onText={(text) => {
            setQuery(text);
            setAt(0);
          }}
          role="combobox"
          aria-expanded={goals.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={active ? `${id}-${active.key}` : undefined}
          placeholder={t("forward.search")}
          onKeyDown={press}
          autoComplete="off"
          data-autofocus
        />
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={t("forward.to")}
          aria-multiselectable
          tabIndex={-1}
          className={styles.goals}
        >
          {goals.map((goal) => (
            <GoalRow
              key={goal.key}
              id={`${id}-${goal.key}`}
              goal={goal}
              active={goal === active}
              chosen={picked.some((one) => one.key === goal.key)}
              onPick={() => toggle(goal)}
            />
          ))}
        </div>
        <TextField
          label={t("forward.note")}
          value={note}
          onText={setNote}
          maxLength={2000}
          autoComplete="off"
        />
      </Stack>
    </Dialog>
  );
}

interface RowProps {
  id: string;
  goal: Goal;
  active: boolean;
  chosen: boolean;
  onPick(): void;
}

function GoalRow({ id, goal, active, chosen, onPick }: RowProps) {
  const { avatar } = goal;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above moves through the options
    <div
      id={id}
      ref={active ? (node) => node?.scrollIntoView?.({ block: "nearest" }) : null}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active ? "" : undefined}
      className={styles.goal}
      onClick={onPick}
    >
      <Row
        leading={
          <Avatar id={avatar.id} name={goal.name} picture={avatar.picture} shape={avatar.shape} size={32} />
        }
        title={goal.name}
        detail={goal.detail}
        trailing={chosen ? <IconCheck size={16} /> : null}
      />
    </div>
  );
}

function useGoals(query: string): Goal[] {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const me = useAccount();
  const { chats } = useChats();
  const people = useInfiniteQuery({ ...accountsQuery(client, query), placeholderData: keepPreviousData });
  const low = query.toLocaleLowerCase();
  const fits = chats.filter((chat) => chat.name.toLocaleLowerCase().includes(low) && mayWrite(chat));
  const known = new Set(chats.flatMap((chat) => chat.other?.id ?? []));
  const others = (people.data?.pages.flatMap((page) => page.items) ?? []).filter(
    (person: Account) => person.id !== me.id && person.state === "active" && !known.has(person.id),
  );
  return [
    ...fits.slice(0, CHATS_SHOWN).map((chat): Goal => {
      const group = chat.kind === "group";
      return {
        key: chat.id,
        name: chat.name,
        avatar: {
          id: chat.other?.id ?? chat.id,
          picture: pictureOf(chat.other),
          shape: group ? "square" : "round",
        },
        detail: group ? t("members", { count: chat.members }) : undefined,
        chat: async () => chat.id,
      };
    }),
    ...others.map(
      (person): Goal => ({
        key: person.id,
        name: person.name,
        avatar: { id: person.id, picture: pictureOf(person), shape: "round" },
        detail: person.title || undefined,
        chat: async () => (await openDirect(client, person.id)).id,
      }),
    ),
  ];
}

function mayWrite(chat: Chat): boolean {
  return chat.kind === "direct" || chat.posting === "everyone" || chat.role !== "member";
}
