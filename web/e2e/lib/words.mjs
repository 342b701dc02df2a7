/** What the screens say, from the catalogues that the application itself uses: the stories name texts by their keys. */
import { readFileSync } from "node:fs";

const NAMESPACES = [
  "app",
  "exports",
  "groups",
  "identity",
  "keeping",
  "messenger",
  "people",
  "refusals",
  "settings",
  "talk",
  "vault",
];

export function wordsIn(language) {
  const read = (name) =>
    JSON.parse(readFileSync(new URL(`../../src/app/i18n/${language}/${name}.json`, import.meta.url), "utf8"));
  const catalogues = Object.fromEntries(NAMESPACES.map((name) => [name, read(name)]));
  const plural = new Intl.PluralRules(language);

  /** `messenger:list.title`; a `count` chooses among the plural forms. */
  return (key, values = {}) => {
    const [namespace, path] = key.split(":");
    const catalogue = catalogues[namespace];
    // Refusals stand under the server's codes as they are, the rest in a tree.
    const find = (wanted) =>
      catalogue[wanted] ?? wanted.split(".").reduce((part, name) => part?.[name], catalogue);
    const text = "count" in values ? find(`${path}_${plural.select(values.count)}`) : find(path);
    if (typeof text !== "string") throw new Error(`the catalogue of ${language} has no ${key}`);
    return text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]));
  };
}
