/** Every key that does something everywhere: one list, shown by `?` and obeyed by the frame. */

import { useEffect, useRef } from "react";

export const SHORTCUTS = [
  { id: "palette", keys: "Mod+K" },
  { id: "new_chat", keys: "Alt+N" },
  { id: "previous_chat", keys: "Alt+ArrowUp" },
  { id: "next_chat", keys: "Alt+ArrowDown" },
  { id: "next_unread", keys: "Alt+Shift+ArrowDown" },
  { id: "jump_latest", keys: "Alt+J" },
  { id: "details", keys: "Alt+I" },
  { id: "write", keys: "Alt+W" },
  { id: "help", keys: "?" },
] as const;

export type ShortcutId = (typeof SHORTCUTS)[number]["id"];

const handlers = new Map<ShortcutId, Set<() => void>>();

export function keysOf(id: ShortcutId): string {
  return SHORTCUTS.find((shortcut) => shortcut.id === id)?.keys ?? "";
}

export function useShortcut(id: ShortcutId, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const handler = () => latest.current();
    const all = handlers.get(id) ?? new Set();
    handlers.set(id, all.add(handler));
    return () => {
      all.delete(handler);
    };
  }, [id]);
}

export function runShortcut(id: ShortcutId): void {
  for (const handler of handlers.get(id) ?? []) handler();
}

/** Which shortcut a key press means; a bare key means none while somebody is typing. */
export function shortcutOf(event: KeyboardEvent): ShortcutId | null {
  if (event.isComposing) return null;
  const mod = event.ctrlKey || event.metaKey;
  const typing = event.target instanceof HTMLElement && isTextBox(event.target);
  for (const { id, keys } of SHORTCUTS) {
    const parts = keys.split("+");
    const key = parts.at(-1) ?? "";
    if (keys === "?") {
      if (event.key === "?" && !mod && !event.altKey && !typing) return id;
      continue;
    }
    // With Alt held, some layouts print other letters: go by the key's place then.
    const pressed = event.code === `Key${key}` || event.key.toLowerCase() === key.toLowerCase();
    const wanted = (name: string) => parts.includes(name);
    if (
      pressed &&
      mod === wanted("Mod") &&
      event.altKey === wanted("Alt") &&
      event.shiftKey === wanted("Shift")
    ) {
      return id;
    }
  }
  return null;
}

function isTextBox(element: HTMLElement): boolean {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}
