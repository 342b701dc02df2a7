import { useQueryClient } from "@tanstack/react-query";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, Message } from "@/api";
import { useShortcut } from "@/app/shortcuts";
import { fleeting } from "@/live";
import { toasts } from "@/ui";
import { drafts } from "../../drafts";
import { outbox } from "../../outbox";
import type { Place } from "../../place";
import { editMessage } from "../../talk";
import { LARGEST_BYTES, uploads, useUploads } from "../../uploads";
import { useAttempt } from "../useAttempt";
import { EditBanner, ReplyBanner } from "./Banners";
import { Buttons } from "./Buttons";
import styles from "./composer.module.css";
import { FormatBar } from "./FormatBar";
import { continueLine, formatOf } from "./format";
import { MentionList } from "./MentionList";
import { Tray } from "./Tray";
import { Typists } from "./Typists";
import { useBox } from "./useBox";
import { readable, useDraft } from "./useDraft";
import { useMentionables } from "./useMentionables";

const LONGEST = 20_000;
/** From here on the remaining room is shown. */
const WARN_FROM = 19_000;

interface Props {
  chat: Chat;
  place: Place;
  /** What the box is called, and says while it is empty. */
  label: string;
  /** Why nobody may write here. */
  closed: string | undefined;
  replying: Message | null;
  editing: Message | null;
  /** A text to be written anew; `turn` tells one wish from the next. */
  rewriting: { text: string; turn: number } | null;
  onReplyEnd(): void;
  onEditEnd(): void;
  onEditLast(): void;
}

/** The writing box of a chat or a thread. Mount it anew (by `key`) for every one. */
export function Composer(props: Props) {
  const { chat, place, label, closed, replying, editing, onReplyEnd, onEditEnd } = props;
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const attempt = useAttempt();
  const id = useId();
  const [pick, setPick] = useState(0);
  const [formats, setFormats] = useState(
    () => place.thread === null && window.matchMedia("(min-width: 1024px)").matches,
  );
  const box = useBox(place, editing === null);
  const { text } = box;
  const files = useUploads(place);

  const people = useMentionables(chat, box.asking?.query ?? null);
  const open = box.asking !== null && people.length > 0;
  const active = people[Math.min(pick, people.length - 1)];

  useDraft(place, (wire, shown, found) => {
    // What was typed while names were looked up stays.
    if (editing || wire !== drafts.of(place.key)) return;
    box.show(shown, found);
  });
  useEdited(editing, place, box.show);
  useShortcut("write", () => box.box.current?.focus());
  const first = box.box;
  useEffect(() => {
    // On a touch screen the keyboard would cover the history at once.
    if (!window.matchMedia("(pointer: coarse)").matches) first.current?.focus({ preventScroll: true });
  }, [first]);
  useEffect(() => {
    if (replying || editing) first.current?.focus();
  }, [replying, editing, first]);
  const { rewriting } = props;
  const insert = box.insert;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each wish is fulfilled once
  useEffect(() => {
    if (rewriting) insert(rewriting.text);
  }, [rewriting]);

  const coming = files.some((one) => one.state !== "ready");
  const left = LONGEST - text.length;
  const blocked =
    text.trim() === "" && (editing !== null || files.length === 0)
      ? t("composer.nothing")
      : left < 0
        ? t("composer.too_long")
        : coming && !editing
          ? t("composer.coming")
          : undefined;

  const save = async (message: Message) => {
    const wire = box.wire();
    if (message.kind === "text" && wire === message.body.text) return onEditEnd();
    if (await attempt(() => editMessage(client, message, wire))) onEditEnd();
  };
  const send = () => {
    if (blocked) return;
    if (editing) return void save(editing);
    outbox.send(client, place, { text: box.wire(), files: uploads.take(place), quote: replying });
    fleeting.sent(place.chat);
    box.empty();
    onReplyEnd();
    box.box.current?.focus();
  };
  const attach = (given: readonly File[]) => {
    const fits = given.filter((file) => file.size <= LARGEST_BYTES);
    const over = uploads.add(place, fits);
    if (fits.length < given.length) toasts.show({ text: t("composer.too_large"), tone: "danger" });
    if (over > 0) toasts.show({ text: t("composer.too_many"), tone: "danger" });
    box.box.current?.focus();
  };

  const pressInList = (event: KeyboardEvent): boolean => {
    const last = people.length - 1;
    if (event.key === "ArrowDown") setPick((now) => (now >= last ? 0 : now + 1));
    else if (event.key === "ArrowUp") setPick((now) => (now <= 0 ? last : now - 1));
    else if ((event.key === "Enter" || event.key === "Tab") && active) box.mention(active);
    else if (event.key === "Escape") box.dismiss();
    else return false;
    return true;
  };
  const pressAlone = (event: KeyboardEvent): boolean => {
    const format = formatOf({ ...pick5(event), code: event.nativeEvent.code });
    const { start, end } = box.typed();
    if (format && (format !== "link" || start !== end)) {
      event.stopPropagation();
      box.format(format);
    } else if (event.key === "Enter" && event.shiftKey) {
      const next = continueLine(box.typed());
      if (!next) return false;
      box.put(next);
    } else if (event.key === "Enter" && !event.altKey) send();
    else if (event.key === "ArrowUp" && text === "" && !event.altKey) props.onEditLast();
    else if (event.key === "Escape" && editing) onEditEnd();
    else if (event.key === "Escape" && replying) onReplyEnd();
    else return false;
    return true;
  };
  const press = (event: KeyboardEvent) => {
    // While an input method composes, Enter and the arrows belong to it.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if ((open && pressInList(event)) || pressAlone(event)) event.preventDefault();
  };
  const paste = (event: ClipboardEvent) => {
    const given = [...event.clipboardData.files];
    if (given.length === 0 || editing) return;
    event.preventDefault();
    attach(given.map(named));
  };

  if (closed) {
    return (
      <div className={styles.composer}>
        <p className={styles.closed}>{closed}</p>
      </div>
    );
  }
  return (
    <div className={styles.composer}>
      {place.thread === null && <Typists chat={chat.id} />}
      {open && <MentionList id={id} people={people} active={active} onPick={box.mention} />}
      <div className={styles.box}>
        {editing ? (
          <EditBanner onEnd={onEditEnd} />
        ) : (
          replying && <ReplyBanner message={replying} onEnd={onReplyEnd} />
        )}
        {formats && <FormatBar onFormat={box.format} />}
        <textarea
          ref={box.box}
          className={styles.text}
          rows={1}
          value={text}
          aria-label={label}
          placeholder={label}
          aria-autocomplete="list"
          aria-controls={open ? `${id}-people` : undefined}
          aria-activedescendant={open && active ? `${id}-${active.id}` : undefined}
          onChange={(event) => {
            box.moveCaret(event.currentTarget.selectionStart);
            setPick(0);
            box.write(event.currentTarget.value);
            // Threads are for those who follow them: the chat is not told.
            if (place.thread === null && !editing) fleeting.type(place.chat);
          }}
          onSelect={(event) => box.moveCaret(event.currentTarget.selectionStart)}
          onKeyDown={press}
          onPaste={paste}
        />
        {files.length > 0 && !editing && <Tray files={files} />}
        <Buttons
          formats={formats}
          onFormats={() => setFormats(!formats)}
          onFiles={editing ? undefined : attach}
          onMention={box.startMention}
          onEmoji={box.insert}
          sendLabel={editing ? t("composer.save") : t("composer.send")}
          blocked={blocked}
          onSend={send}
        />
      </div>
      {text.length > WARN_FROM && (
        <p className={styles.room} data-over={left < 0 ? "" : undefined} role="status">
          {t("composer.room", { count: left })}
        </p>
      )}
    </div>
  );
}

function pick5({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent) {
  return { key, ctrlKey, metaKey, altKey, shiftKey };
}

/** Browsers call every pasted picture alike: the time tells them apart. */
function named(file: File): File {
  if (file.name !== "image.png") return file;
  const at = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return new File([file], `${at}.png`, { type: file.type });
}

/** Puts the text of the message that is edited into the box, and the draft back behind it. */
function useEdited(
  editing: Message | null,
  place: Place,
  show: (text: string, labels: ReadonlyMap<string, string>) => void,
): void {
  const client = useQueryClient();
  const id = editing?.id;
  const text = editing?.kind === "text" ? editing.body.text : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is taken when editing begins, and not again
  useEffect(() => {
    if (!id) return;
    let gone = false;
    const put = async (wire: string, valid: () => boolean) => {
      const { shown, labels } = await readable(client, wire);
      if (valid()) show(shown, labels);
    };
    void put(text, () => !gone);
    return () => {
      gone = true;
      void put(drafts.of(place.key) ?? "", () => true);
    };
  }, [id]);
}
