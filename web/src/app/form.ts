import { type FormEvent, useRef, useState } from "react";
import { isApiError } from "@/api";
import { useExplain } from "./refusals";

type Errors<T> = Partial<Record<keyof T & string, string>>;

interface Options<T> {
  initial: T;
  /** Problems by field; called when a field is left and when the form is sent. */
  check(values: T): Errors<T>;
  submit(values: T): Promise<unknown>;
}

/**
 * Forms check while a field is left, keep what was typed after an error and put
 * the focus on the first problem. A refusal that names a field is shown there.
 */
export function useForm<T extends Record<string, string>>({ initial, check, submit }: Options<T>) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Errors<T>>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const explain = useExplain();

  const focusOn = (field: string | undefined) => {
    const control = field ? form.current?.elements.namedItem(field) : null;
    if (control instanceof HTMLElement) requestAnimationFrame(() => control.focus());
  };

  const field = <K extends keyof T & string>(name: K) => ({
    name,
    value: values[name],
    error: errors[name],
    onText: (text: string) => {
      setValues((now) => ({ ...now, [name]: text }));
      setErrors((now) => ({ ...now, [name]: undefined }));
    },
    onBlur: () => {
      // An untouched field is not wrong yet.
      if (values[name] !== "") setErrors((now) => ({ ...now, [name]: check(values)[name] }));
    },
  });

  const send = async (event?: FormEvent) => {
    event?.preventDefault();
    if (busy) return;
    const found = check(values);
    setErrors(found);
    if (Object.values(found).some(Boolean)) return focusOn(firstIn(form.current, found));
    setBusy(true);
    setFailure(null);
    try {
      await submit(values);
    } catch (error) {
      const name = isApiError(error) ? error.field?.split(/[./]/).at(-1) : undefined;
      if (name && name in values) {
        setErrors((now) => ({ ...now, [name]: explain(error).text }));
        focusOn(name);
      } else {
        setFailure(error);
      }
    } finally {
      setBusy(false);
    }
  };

  return {
    values,
    field,
    busy,
    failure,
    set: (patch: Partial<T>) => setValues((now) => ({ ...now, ...patch })),
    props: { ref: form, onSubmit: send, noValidate: true },
  };
}

/** The first problem as the form shows it, which need not be the order of its values. */
function firstIn(
  form: HTMLFormElement | null,
  found: Record<string, string | undefined>,
): string | undefined {
  for (const control of form?.elements ?? []) {
    const name = control.getAttribute("name");
    if (name && found[name]) return name;
  }
  return undefined;
}

export function looksLikeMail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}
