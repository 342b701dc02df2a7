import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Account } from "@/api";
import { useAccount } from "@/app/session";
import { Avatar, IconButton, IconCheck, IconX, Row, Skeleton } from "@/ui";
import { accountsQuery, pictureOf } from "../queries";
import styles from "./picker.module.css";
import { useSettled } from "./useSettled";

interface Props {
  label: string;
  /** One picks and is done; several collects. */
  mode: "one" | "several";
  picked: Account[];
  onPick(picked: Account[]): void;
  /** People who cannot be picked, and why. */
  taken?: { accounts: ReadonlySet<string>; reason: string };
}

/** The one way to choose people: type a part of a name, move with the arrows, Enter. */
export function PeoplePicker({ label, mode, picked, onPick, taken }: Props) {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const me = useAccount();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const query = useSettled(text.trim());
  const found = useInfiniteQuery({ ...accountsQuery(client, query), placeholderData: keepPreviousData });
  const people = (found.data?.pages.flatMap((page) => page.items) ?? []).filter(
    (account) => account.id !== me.id && account.state === "active",
  );
  const active = people[Math.min(at, people.length - 1)];
  const isTaken = (account: Account) => taken?.accounts.has(account.id) ?? false;

  const toggle = (account: Account) => {
    if (isTaken(account)) return;
    const has = picked.some((one) => one.id === account.id);
    if (mode === "one") onPick([account]);
    else onPick(has ? picked.filter((one) => one.id !== account.id) : [...picked, account]);
    setText("");
    setAt(0);
    input.current?.focus();
  };

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => Math.max(0, Math.min(people.length - 1, now + step)));
      if (at > people.length - 5 && found.hasNextPage) void found.fetchNextPage();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active) toggle(active);
    } else if (event.key === "Backspace" && text === "" && picked.length > 0) {
      onPick(picked.slice(0, -1));
    }
  };

  return (
    <div className={styles.picker}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: clicking the box only puts the caret in its field */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field itself is in the tab order */}
      <div className={styles.box} onClick={() => input.current?.focus()}>
        {picked.map((account) => (
          <span key={account.id} className={styles.chip}>
            <Avatar id={account.id} name={account.name} picture={pictureOf(account)} size={20} />
            {account.name}
            <IconButton
              size="small"
              className={styles.remove}
              label={t("picker.remove", { name: account.name })}
              onClick={() => onPick(picked.filter((one) => one.id !== account.id))}
            >
              <IconX size={14} />
            </IconButton>
          </span>
        ))}
        <input
          ref={input}
          className={styles.input}
          role="combobox"
          aria-label={label}
          aria-expanded={people.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active ? `${id}-${active.id}` : undefined}
          placeholder={picked.length === 0 ? t("picker.placeholder") : ""}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
          autoComplete="off"
          data-autofocus
        />
      </div>
      {found.isPending ? (
        <Skeleton rows={4} label={t("loading")} />
      ) : people.length === 0 ? (
        <p className={styles.none} role="status">
          {query ? t("picker.nobody", { query }) : t("picker.no_colleagues")}
        </p>
      ) : (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={t("picker.results")}
          aria-multiselectable={mode === "several"}
          className={styles.list}
          tabIndex={-1}
          onScroll={(event) => {
            const box = event.currentTarget;
            const near = box.scrollHeight - box.scrollTop - box.clientHeight < 200;
            if (near && found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
          }}
        >
          {people.map((account) => {
            const chosen = picked.some((one) => one.id === account.id);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above moves through its options
              <div
                key={account.id}
                id={`${id}-${account.id}`}
                ref={
                  account.id === active?.id ? (node) => node?.scrollIntoView?.({ block: "nearest" }) : null
                }
                role="option"
                tabIndex={-1}
                aria-selected={chosen}
                aria-disabled={isTaken(account) || undefined}
                className={styles.option}
                data-active={account.id === active?.id ? "" : undefined}
                onClick={() => toggle(account)}
              >
                <Row
                  leading={
                    <Avatar id={account.id} name={account.name} picture={pictureOf(account)} size={32} />
                  }
                  title={account.name}
                  detail={isTaken(account) ? taken?.reason : account.title || undefined}
                  trailing={chosen ? <IconCheck size={16} /> : null}
                />
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}
