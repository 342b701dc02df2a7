import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconSearch } from "@/ui";
import emoji from "./emoji.json";
import styles from "./emoji.module.css";
import { noteEmoji, recentEmoji } from "./recent";

const COLUMNS = 9;

interface Entry {
  emoji: string;
  name: string;
}
interface Group {
  id: string;
  entries: Entry[];
}

const GROUPS = emoji as { id: string; emoji: [emoji: string, name: string, words: string][] }[];
const NAMES = new Map(GROUPS.flatMap((group) => group.emoji.map(([one, name]) => [one, name])));

/** Emoji by group, found by English and Chinese words. The arrows walk over the grid while the caret stays in the field. */
export function EmojiPicker({ onPick }: { onPick(emoji: string): void }) {
  const { t } = useTranslation("talk");
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [recent] = useState(recentEmoji);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const groups = useMemo(() => groupsFor(query, recent), [query, recent]);
  const all = useMemo(() => rowsOf(groups), [groups]);
  const active = all.entries[Math.min(at, all.entries.length - 1)];
  const pick = (one: string) => {
    noteEmoji(one);
    onPick(one);
  };

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = moved(all.rows, at, event.key);
    if (event.key === "Enter") {
      if (active) pick(active.emoji);
    } else if (to !== null) setAt(to);
    else return;
    event.preventDefault();
  };

  let index = -1;
  return (
    <div className={styles.picker}>
      <div className={styles.field}>
        <IconSearch size={16} aria-hidden="true" />
        <input
          ref={field}
          role="combobox"
          aria-label={t("emoji.search")}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={active ? `${id}-${at}` : undefined}
          placeholder={t("emoji.search")}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
          autoComplete="off"
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("emoji.label")}
        tabIndex={-1}
        className={styles.list}
      >
        {groups.map((group) => (
          <div key={group.id} role="group" aria-label={t(`emoji.group.${group.id}` as "emoji.group.found")}>
            <p className={styles.group} aria-hidden="true">
              {t(`emoji.group.${group.id}` as "emoji.group.found")}
            </p>
            <div className={styles.grid}>
              {group.entries.map((entry) => {
                index += 1;
                const own = index;
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the field above moves through the options
                  <div
                    key={entry.emoji}
                    id={`${id}-${own}`}
                    ref={own === at ? (node) => node?.scrollIntoView?.({ block: "nearest" }) : null}
                    role="option"
                    tabIndex={-1}
                    aria-selected={own === at}
                    aria-label={entry.name}
                    title={entry.name}
                    className={styles.emoji}
                    onPointerDown={(event) => event.preventDefault()}
                    onClick={() => pick(entry.emoji)}
                  >
                    {entry.emoji}
                  </div>
                );
              })}
            </div>
          </div>
        ))}
      </div>
      {all.entries.length === 0 && (
        <p className={styles.none} role="status">
          {t("emoji.nothing", { query: query.trim() })}
        </p>
      )}
    </div>
  );
}

function groupsFor(query: string, recent: string[]): Group[] {
  const words = query.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    const used = recent.map((one) => ({ emoji: one, name: NAMES.get(one) ?? one }));
    const groups = GROUPS.map(({ id, emoji: list }) => ({
      id,
      entries: list.map(([one, name]) => ({ emoji: one, name })),
    }));
    return [{ id: "recent", entries: used }, ...groups];
  }
  const fits = (text: string) => words.every((word) => text.includes(word));
  const found = GROUPS.flatMap((group) =>
    group.emoji.filter(([one, name, more]) => fits(`${one} ${name} ${more}`)),
  );
  // What begins with the word comes before what merely holds it.
  const rank = ([, name, more]: [string, string, string]) =>
    name.startsWith(words[0] ?? "") || ` ${more}`.includes(` ${words[0]}`) ? 0 : 1;
  const entries = found
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, 90)
    .map(([one, name]) => ({ emoji: one, name }));
  return entries.length > 0 ? [{ id: "found", entries }] : [];
}

/** The grid as rows of indexes, so that up and down know what is above and below. */
function rowsOf(groups: Group[]): { entries: Entry[]; rows: number[][] } {
  const entries = groups.flatMap((group) => group.entries);
  const rows: number[][] = [];
  let from = 0;
  for (const group of groups) {
    for (let at = 0; at < group.entries.length; at += COLUMNS) {
      const length = Math.min(COLUMNS, group.entries.length - at);
      rows.push(Array.from({ length }, (_, column) => from + at + column));
    }
    from += group.entries.length;
  }
  return { entries, rows };
}

function moved(rows: number[][], at: number, key: string): number | null {
  const last = rows.at(-1)?.at(-1) ?? 0;
  if (key === "ArrowRight") return Math.min(last, at + 1);
  if (key === "ArrowLeft") return Math.max(0, at - 1);
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const row = rows.findIndex((one) => one.includes(at));
  const column = rows[row]?.indexOf(at) ?? 0;
  const next = rows[row + (key === "ArrowDown" ? 1 : -1)];
  return next ? (next[Math.min(column, next.length - 1)] ?? at) : at;
}
