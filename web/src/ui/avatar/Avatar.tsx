import { useState } from "react";
import styles from "./avatar.module.css";

interface Props {
  /** Decides the colour, so that a person keeps theirs when they are renamed. */
  id: string;
  name: string;
  /** Address of the picture; initials stand in for a missing or broken one. */
  picture?: string | null;
  size?: 20 | 24 | 32 | 36 | 64 | 96;
  /** Groups are square, people are round: the shape tells them apart. */
  shape?: "round" | "square";
}

const HUES = 8;

/** Always decorative: the name stands beside it. */
export function Avatar({ id, name, picture, size = 36, shape = "round" }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span
      className={styles.avatar}
      data-size={size}
      data-shape={shape}
      data-hue={hueOf(id)}
      // Drawn by the style sheet: as text it would be part of the name of a button around it.
      data-initials={initialsOf(name)}
      aria-hidden="true"
    >
      {picture && picture !== broken && (
        <img src={picture} alt="" width={size} height={size} onError={() => setBroken(picture)} />
      )}
    </span>
  );
}

/** Two last characters of a Chinese name, the first letters of two words otherwise. */
export function initialsOf(name: string): string {
  const trimmed = name.trim();
  const han = [...trimmed].filter((letter) => /\p{Script=Han}/u.test(letter));
  if (han.length > 0) return han.slice(-2).join("");
  const words = trimmed.split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

function hueOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}
