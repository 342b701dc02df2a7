/** The text of a writing box: what is typed, who its names stand for, and where the caret goes. */

import { useLayoutEffect, useRef, useState } from "react";
import type { AccountLite } from "@/api";
import { drafts } from "../../drafts";
import { type Labels, labelFor, toWire, typedMention } from "../../mentions";
import type { Place } from "../../place";
import { applyFormat, type Format, type Typed } from "./format";

const TALLEST_PX = 260;
const NO_LABELS: Labels = new Map();

export function useBox(place: Place, kept: boolean) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [labels, setLabels] = useState<Labels>(NO_LABELS);
  const [caret, setCaret] = useState(0);
  /** What is selected once the text that was put in is shown. */
  const [select, setSelect] = useState<[number, number] | null>(null);
  const [dismissed, setDismissed] = useState<number | null>(null);

  useLayoutEffect(() => grow(box.current, text), [text]);
  // With the text and not after it: the next key may come before the next frame.
  useLayoutEffect(() => {
    if (!select) return;
    box.current?.focus();
    box.current?.setSelectionRange(...select);
    setCaret(select[1]);
    setSelect(null);
  }, [select]);

  const write = (next: string, known: Labels = labels) => {
    setText(next);
    // A text that is being edited is no draft: the draft waits behind it.
    if (kept) drafts.write(place, toWire(next, known));
  };
  const typed = (): Typed => ({
    text,
    start: box.current?.selectionStart ?? text.length,
    end: box.current?.selectionEnd ?? text.length,
  });
  const put = (next: Typed) => {
    write(next.text);
    setSelect([next.start, next.end]);
  };
  const asked = typedMention(text, caret);

  return {
    box,
    text,
    labels,
    write,
    put,
    typed,
    /** What is typed after an `@`, unless the person wants no help with it. */
    asking: asked && asked.start !== dismissed ? asked : null,
    wire: () => toWire(text, labels).trim(),
    moveCaret: setCaret,
    dismiss: () => setDismissed(asked?.start ?? null),
    format: (format: Format) => put(applyFormat(typed(), format)),
    /** Shows a text without taking it for something typed. */
    show: (next: string, known: Labels) => {
      setText(next);
      setLabels(known);
    },
    empty: () => {
      setLabels(NO_LABELS);
      write("", NO_LABELS);
    },
    insert: (piece: string) => {
      const { start, end } = typed();
      const at = start + piece.length;
      put({ text: text.slice(0, start) + piece + text.slice(end), start: at, end: at });
    },
    mention: (person: AccountLite) => {
      if (!asked) return;
      const label = labelFor(labels, person.id, person.name);
      const known = new Map(labels).set(label, person.id);
      const before = `${text.slice(0, asked.start)}@${label} `;
      setLabels(known);
      write(before + text.slice(caret).replace(/^ /, ""), known);
      setSelect([before.length, before.length]);
    },
    startMention: () => {
      const { start } = typed();
      const space = start > 0 && !/\s$/.test(text.slice(0, start)) ? " " : "";
      const at = start + space.length + 1;
      setDismissed(null);
      put({ text: `${text.slice(0, start)}${space}@${text.slice(start)}`, start: at, end: at });
    },
  };
}

export type Box = ReturnType<typeof useBox>;

function grow(box: HTMLTextAreaElement | null, text: string): void {
  if (!box) return;
  box.style.height = "auto";
  if (text !== "") box.style.height = `${Math.min(TALLEST_PX, box.scrollHeight)}px`;
}
