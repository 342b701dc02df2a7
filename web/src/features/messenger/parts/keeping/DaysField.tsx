import { useState } from "react";
import { useTranslation } from "react-i18next";
import { SelectField, Stack, TextField } from "@/ui";
import { DAYS_MOST } from "../../keeping";
import { useSpan } from "./useSpan";

const USUAL = [7, 30, 90, 180, 365, 730, 1095, 1825, 2555, 3650];
const OTHER = "other";
/** No number of days. An empty text is a number that is still missing. */
export const NONE = "none";

interface Props {
  label: string;
  hint?: string;
  /** What it means that no number of days is set. */
  none: string;
  name: string;
  /** Days in digits, or `NONE`. */
  value: string;
  error?: string | undefined;
  least?: number | null;
  greatest?: number | null;
  disabled?: boolean;
  onText(text: string): void;
  onBlur?(): void;
}

/** A number of days: one of the usual ones, any other, or none. */
export function DaysField({ label, hint, none, least, greatest, onText, onBlur, disabled, ...field }: Props) {
  const { t } = useTranslation("keeping");
  const { days } = useSpan();
  const { name, value, error } = field;
  const [typed, setTyped] = useState<string | null>(null);
  // Whoever sets another value from outside closes the field for numbers.
  const others = typed !== null && typed === value;
  const type = (text: string) => {
    setTyped(text);
    onText(text);
  };
  const fits = USUAL.filter((one) => one >= (least ?? 1) && one <= (greatest ?? DAYS_MOST));
  const set = /^[1-9]\d*$/.test(value) ? Number(value) : null;
  // What is set already is offered by its name, however odd it is.
  const listed = set === null || others ? fits : [...new Set([...fits, set])].toSorted((a, b) => a - b);
  return (
    <Stack gap={8}>
      <SelectField
        label={label}
        disabled={disabled}
        value={others ? OTHER : value}
        {...(others ? {} : { name, error, hint })}
        onPick={(picked) => {
          if (picked === OTHER) return type(value === NONE ? "" : value);
          setTyped(null);
          onText(picked);
        }}
        options={[
          { value: NONE, label: none },
          ...listed.map((one) => ({ value: String(one), label: days(one) })),
          { value: OTHER, label: t("days.other") },
        ]}
      />
      {others && (
        <TextField
          {...field}
          label={t("days.of", { label })}
          hint={hint}
          inputMode="numeric"
          autoComplete="off"
          onText={type}
          onBlur={onBlur}
          autoFocus
        />
      )}
    </Stack>
  );
}

/** What a field holds, as days; null for none, nothing for what is no number of days. */
export function daysIn(text: string): number | null | undefined {
  if (text === NONE) return null;
  const days = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  return days >= 1 && days <= DAYS_MOST ? days : undefined;
}

export const textOf = (days: number | null): string => (days === null ? NONE : String(days));
