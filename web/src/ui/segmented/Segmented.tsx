import { useId } from "react";
import styles from "./segmented.module.css";

interface Props<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string }[];
  onPick(value: T): void;
  wide?: boolean;
}

/** One of a few. Radio buttons underneath, so arrow keys work as everywhere. */
export function Segmented<T extends string>({ label, value, options, onPick, wide }: Props<T>) {
  const name = useId();
  return (
    <fieldset className={styles.segmented} data-wide={wide ? "" : undefined}>
      <legend className="only-read-aloud">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onPick(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
