import { describe, expect, it } from "vitest";
import { catalogue as en } from "./en";
import { catalogue as zh } from "./zh-CN";

const sources = import.meta.glob<string>(
  ["/src/**/*.ts", "/src/**/*.tsx", "!/src/**/*.test.*", "!/src/mock/**"],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);

function flatten(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) =>
    flatten(inner, path ? `${path}.${key}` : key),
  );
}

/** Chinese has one plural form, English two: compare what is meant, not how it is counted. */
function meanings(catalogue: unknown): string[] {
  return [...new Set(flatten(catalogue).map(([key]) => key.replace(/_(one|other)$/, "")))].toSorted();
}

function holes(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").toSorted();
}

describe("the catalogues", () => {
  it("say the same things in both languages", () => {
    expect(meanings(zh)).toEqual(meanings(en));
  });

  it("leave nothing empty", () => {
    expect([...flatten(en), ...flatten(zh)].filter(([, text]) => text === "")).toEqual([]);
  });

  it("fill the same places with values", () => {
    const chinese = new Map(flatten(zh));
    for (const [key, text] of flatten(en)) {
      const other = chinese.get(key) ?? chinese.get(key.replace(/_one$/, "_other"));
      expect([key, holes(other ?? "")]).toEqual([key, holes(text)]);
    }
  });

  it("address the person as 你, without exclamation marks", () => {
    const loud = [...flatten(en), ...flatten(zh)].filter(([, text]) => /\u60a8|！|!/.test(text));
    expect(loud).toEqual([]);
  });

  it("carry no key that nothing uses", () => {
    const code = Object.values(sources).join("\n");
    const { refusals: _, ...texts } = en;
    const unused = Object.values(texts).flatMap((namespace) =>
      meanings(namespace).filter((key) => {
        const parts = key.split(".");
        const stem = parts.slice(0, -1).join(".");
        // `t(`role.${role}`)`: a computed end uses every key under its stem.
        const computed =
          stem !== "" &&
          (code.includes(`\`${stem}.\${`) || code.includes(`\`${key.replace(/_[a-z]+$/, "")}_\${`));
        return !code.includes(`"${key}"`) && !computed;
      }),
    );
    expect(unused).toEqual([]);
  });
});

describe("the interface", () => {
  it("shows no Chinese text that does not come from a catalogue", () => {
    const spoken = Object.entries(sources)
      .filter(([path]) => !path.includes("/i18n/") && !path.includes(".story."))
      .flatMap(([path, source]) =>
        source
          .split("\n")
          .filter((line) => /\p{Script=Han}/u.test(line.replace(/\/\/.*|\/\*.*|^\s*\*.*/, "")))
          .filter((line) => !/简体中文/.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      );
    expect(spoken).toEqual([]);
  });
});
