/**
 * Mentions, as they travel and as people see them.
 *
 * In a message a mention is `@{u_…}`, or `@{all}`. In the writing box it is
 * `@Name`: the box remembers which name stands for whom.
 */

const TOKEN = /@\{([A-Za-z0-9_-]+)\}/g;

export function mentionedIn(text: string): string[] {
  return [...text.matchAll(TOKEN)].map((match) => match[1] ?? "").filter((id) => id !== "all");
}

/** Which account each `@label` in the writing box stands for. */
export type Labels = ReadonlyMap<string, string>;

/** A label for an account: its name, made distinct when two people share one. */
export function labelFor(labels: Labels, account: string, name: string): string {
  for (let copy = 1; ; copy += 1) {
    const label = copy === 1 ? name : `${name} (${copy})`;
    const holder = labels.get(label);
    if (holder === undefined || holder === account) return label;
  }
}

export function toWire(shown: string, labels: Labels): string {
  // The longest first, so that `@Ann Lee` is not read as `@Ann` and a rest.
  const byLength = [...labels].sort(([a], [b]) => b.length - a.length);
  let text = shown;
  for (const [label, account] of byLength) text = text.replaceAll(`@${label}`, `@{${account}}`);
  return text;
}

export function fromWire(
  text: string,
  nameOf: (account: string) => string,
): { shown: string; labels: Map<string, string> } {
  const labels = new Map<string, string>();
  const shown = text.replace(TOKEN, (_, account: string) => {
    const label = labelFor(labels, account, nameOf(account));
    labels.set(label, account);
    return `@${label}`;
  });
  return { shown, labels };
}

/** What is being typed after an `@` at the caret, or null. */
export function typedMention(text: string, caret: number): { query: string; start: number } | null {
  const match = /(?:^|[\s\p{P}\p{Script=Han}])@([^\s@]{0,30})$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const query = match[1] ?? "";
  return { query, start: caret - query.length - 1 };
}
