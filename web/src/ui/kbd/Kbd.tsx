import styles from "./kbd.module.css";

const IS_APPLE = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
const APPLE: Record<string, string> = { Mod: "⌘", Alt: "⌥", Shift: "⇧", Enter: "↩", Escape: "Esc" };
const OTHERS: Record<string, string> = { Mod: "Ctrl", Escape: "Esc" };
const ARROWS: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓" };

/** Names of the keys in `Mod+Shift+K` as this keyboard prints them. */
export function keyNames(combination: string): string[] {
  const names = IS_APPLE ? APPLE : OTHERS;
  // A plus at the end is the key itself.
  return combination.split(/\+(?=.)/).map((key) => names[key] ?? ARROWS[key] ?? key);
}

export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keyNames(keys).map((name) => (
        <kbd key={name} className={styles.key}>
          {name}
        </kbd>
      ))}
    </span>
  );
}
