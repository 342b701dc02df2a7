import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccountLite, Chat } from "@/api";
import { useShortcut } from "@/app/shortcuts";
import { accountQuery, pictureOf } from "@/features/people/public";
import { Avatar, IconAt, IconButton, IconSend, Row } from "@/ui";
import { drafts } from "../drafts";
import { fromWire, type Labels, labelFor, mentionedIn, toWire, typedMention } from "../mentions";
import { outbox } from "../outbox";
import { draftQuery } from "../queries";
import styles from "./composer.module.css";
import { useMentionables } from "./useMentionables";

const LONGEST = 20_000;
/** From here on the remaining room is shown. */
const WARN_FROM = 19_000;

/** The writing box of one chat. Mount it anew (by `key`) for every chat. */
export function Composer({ chat }: { chat: Chat }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [labels, setLabels] = useState<Labels>(new Map());
  const [caret, setCaret] = useState(0);
  /** Where the caret goes once the text that was put in is shown. */
  const [place, setPlace] = useState<number | null>(null);
  const [pick, setPick] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);

  const typed = typedMention(text, caret);
  const asking = typed && typed.start !== dismissed ? typed : null;
  const people = useMentionables(chat, asking?.query ?? null);
  const open = asking !== null && people.length > 0;
  const active = people[Math.min(pick, people.length - 1)];

  useDraft(chat.id, (wire, shown, found) => {
    if (box.current && box.current.value !== "" && wire === "") return;
    setText(shown);
    setLabels(found);
  });
  useShortcut("write", () => box.current?.focus());
  useLayoutEffect(() => grow(box.current, text), [text]);
  // With the text and not after it: the next key may come before the next frame.
  useLayoutEffect(() => {
    if (place === null) return;
    box.current?.focus();
    box.current?.setSelectionRange(place, place);
    setCaret(place);
    setPlace(null);
  }, [place]);
  useEffect(() => {
    // On a touch screen the keyboard would cover the history at once.
    if (!window.matchMedia("(pointer: coarse)").matches) box.current?.focus({ preventScroll: true });
  }, []);

  const write = (next: string, known: Labels = labels) => {
    setText(next);
    drafts.write(chat.id, toWire(next, known));
  };

  const send = () => {
    const wire = toWire(text, labels).trim();
    if (wire === "" || wire.length > LONGEST) return;
    outbox.send(client, chat.id, wire);
    setLabels(new Map());
    write("", new Map());
    box.current?.focus();
  };

  const mention = (person: AccountLite) => {
    if (!asking) return;
    const label = labelFor(labels, person.id, person.name);
    const known = new Map(labels).set(label, person.id);
    const before = `${text.slice(0, asking.start)}@${label} `;
    setLabels(known);
    write(before + text.slice(caret).replace(/^ /, ""), known);
    setPick(0);
    setPlace(before.length);
  };

  const press = (event: KeyboardEvent) => {
    // While an input method composes, Enter and the arrows belong to it.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (open && pressInList(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    }
  };

  const pressInList = (event: KeyboardEvent): boolean => {
    const last = people.length - 1;
    if (event.key === "ArrowDown") setPick((now) => (now >= last ? 0 : now + 1));
    else if (event.key === "ArrowUp") setPick((now) => (now <= 0 ? last : now - 1));
    else if ((event.key === "Enter" || event.key === "Tab") && active) mention(active);
    else if (event.key === "Escape") setDismissed(asking?.start ?? null);
    else return false;
    return true;
  };

  const startMention = () => {
    const at = box.current?.selectionStart ?? text.length;
    const space = at > 0 && !/\s$/.test(text.slice(0, at)) ? " " : "";
    write(`${text.slice(0, at)}${space}@${text.slice(at)}`);
    setDismissed(null);
    const to = at + space.length + 1;
    setPlace(to);
  };

  const left = LONGEST - text.length;
  return (
    <div className={styles.composer}>
      {open && (
        <div
          id={`${id}-people`}
          role="listbox"
          aria-label={t("mention.people")}
          tabIndex={-1}
          className={styles.people}
        >
          {people.map((person) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the writing box moves through the options
            <div
              key={person.id}
              id={`${id}-${person.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={person.id === active?.id}
              className={styles.person}
              // Keeps the caret where it is.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => mention(person)}
            >
              <Row
                leading={<Avatar id={person.id} name={person.name} picture={pictureOf(person)} size={24} />}
                title={person.name}
              />
            </div>
          ))}
        </div>
      )}
      <div className={styles.box}>
        <textarea
          ref={box}
          className={styles.text}
          rows={1}
          value={text}
          aria-label={t("composer.label", { name: chat.name })}
          placeholder={t("composer.label", { name: chat.name })}
          aria-autocomplete="list"
          aria-controls={open ? `${id}-people` : undefined}
          aria-activedescendant={open && active ? `${id}-${active.id}` : undefined}
          onChange={(event) => {
            setCaret(event.currentTarget.selectionStart);
            setPick(0);
            write(event.currentTarget.value);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={press}
        />
        <IconButton label={t("mention.start")} onClick={startMention} tooltipSide="top">
          <IconAt size={20} />
        </IconButton>
        <IconButton
          label={t("composer.send")}
          keys="Enter"
          tooltipSide="top"
          look="primary"
          className={styles.send}
          disabledReason={
            text.trim() === "" ? t("composer.nothing") : left < 0 ? t("composer.too_long") : undefined
          }
          onClick={send}
        >
          <IconSend size={18} />
        </IconButton>
      </div>
      {text.length > WARN_FROM && (
        <p className={styles.room} data-over={left < 0 ? "" : undefined} role="status">
          {t("composer.room", { count: left })}
        </p>
      )}
    </div>
  );
}

/** Brings the kept draft into the box, with names for its mentions; saves when the page is left. */
function useDraft(
  chat: string,
  show: (wire: string, shown: string, labels: Map<string, string>) => void,
): void {
  const client = useQueryClient();
  const { data: kept, dataUpdatedAt } = useQuery(draftQuery(chat));
  const latest = useRef(show);
  latest.current = show;

  useEffect(() => {
    if (kept) drafts.learn(chat, kept.text, dataUpdatedAt);
    const wire = drafts.of(chat);
    if (wire === undefined) return;
    let gone = false;
    const learn = async () => {
      const names = new Map<string, string>();
      for (const account of mentionedIn(wire)) {
        const person = await client.ensureQueryData(accountQuery(account)).catch(() => null);
        names.set(account, person?.name ?? account);
      }
      const { shown, labels } = fromWire(wire, (account) => names.get(account) ?? account);
      if (!gone) latest.current(wire, shown, labels);
    };
    void learn();
    return () => {
      gone = true;
    };
  }, [chat, kept, dataUpdatedAt, client]);

  useEffect(() => {
    const save = () => void drafts.flush();
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, []);
}

const TALLEST_PX = 220;

function grow(box: HTMLTextAreaElement | null, text: string): void {
  if (!box) return;
  box.style.height = "auto";
  if (text !== "") box.style.height = `${Math.min(TALLEST_PX, box.scrollHeight)}px`;
}
