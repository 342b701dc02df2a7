import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
  useState,
} from "react";
import { IconButton } from "../button/Button";
import { IconAlertTriangle, IconEye, IconEyeOff } from "../icons";
import styles from "./field.module.css";

interface Shell {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** For a field whose purpose the place makes plain; readers still hear the label. */
  labelHidden?: boolean;
}

type TextFieldProps = Shell &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
    onText(text: string): void;
    trailing?: ReactNode;
    leading?: ReactNode;
    ref?: React.Ref<HTMLInputElement>;
  };

export function TextField({
  label,
  hint,
  error,
  labelHidden,
  onText,
  trailing,
  leading,
  ...input
}: TextFieldProps) {
  const id = useId();
  return (
    <FieldShell id={id} {...{ label, hint, error, labelHidden }}>
      <span className={styles.box} data-invalid={error ? "" : undefined}>
        {leading && <span className={styles.leading}>{leading}</span>}
        <input
          {...input}
          id={id}
          className={styles.input}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-note` : undefined}
          onChange={(event) => onText(event.currentTarget.value)}
        />
        {trailing}
      </span>
    </FieldShell>
  );
}

type TextAreaProps = Shell &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> & { onText(text: string): void };

/** Several lines of text. */
export function TextArea({ label, hint, error, labelHidden, onText, ...area }: TextAreaProps) {
  const id = useId();
  return (
    <FieldShell id={id} {...{ label, hint, error, labelHidden }}>
      <span className={styles.box} data-invalid={error ? "" : undefined}>
        <textarea
          {...area}
          id={id}
          className={`${styles.input} ${styles.area}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-note` : undefined}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      </span>
    </FieldShell>
  );
}

type PasswordProps = Omit<TextFieldProps, "type" | "trailing"> & { showLabel: string; hideLabel: string };

export function PasswordField({ showLabel, hideLabel, ...field }: PasswordProps) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...field}
      type={shown ? "text" : "password"}
      spellCheck={false}
      autoCapitalize="none"
      trailing={
        <IconButton
          size="small"
          label={shown ? hideLabel : showLabel}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        </IconButton>
      }
    />
  );
}

type SelectProps<T extends string> = Shell &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> & {
    value: T;
    options: { value: T; label: string }[];
    onPick(value: T): void;
  };

export function SelectField<T extends string>({
  label,
  hint,
  error,
  labelHidden,
  options,
  onPick,
  value,
  ...select
}: SelectProps<T>) {
  const id = useId();
  return (
    <FieldShell id={id} {...{ label, hint, error, labelHidden }}>
      <span className={styles.box} data-invalid={error ? "" : undefined}>
        <select
          {...select}
          id={id}
          value={value}
          className={`${styles.input} ${styles.select}`}
          aria-describedby={error || hint ? `${id}-note` : undefined}
          onChange={(event) => onPick(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </span>
    </FieldShell>
  );
}

function FieldShell({
  id,
  label,
  hint,
  error,
  labelHidden,
  children,
}: Shell & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={labelHidden ? "only-read-aloud" : styles.label}>
        {label}
      </label>
      {children}
      {(error || hint) && (
        <p id={`${id}-note`} className={error ? styles.error : styles.hint}>
          {error && <IconAlertTriangle size={14} aria-hidden="true" />}
          <span>{error ?? hint}</span>
        </p>
      )}
    </div>
  );
}
