import { describe, expect, it } from "vitest";

const sources = import.meta.glob<string>(["/src/**/*.ts", "/src/**/*.tsx", "!/src/api/schema.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

const LONGEST = 600;

/** What features may take from the shell: leaves that know no feature. */
const LEAVES = /^@\/app\/(session|format|form|refusals|shortcuts|i18n|theme|notifications)$/;

function importsOf(source: string): string[] {
  return [...source.matchAll(/from "(@\/[^"]+)"/g)].map((match) => match[1] ?? "");
}

describe("the house", () => {
  it("keeps files short", () => {
    const long = Object.entries(sources).filter(([, source]) => source.split("\n").length > LONGEST);
    expect(long.map(([path]) => path)).toEqual([]);
  });

  it("lets features meet only through their public face", () => {
    const wrong: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      const own = /^\/src\/features\/(\w+)\//.exec(path)?.[1];
      if (!own || path.includes(".test.")) continue;
      for (const wanted of importsOf(source)) {
        const other = /^@\/features\/(\w+)\/(.+)$/.exec(wanted);
        if (other && other[1] !== own && other[2] !== "public") wrong.push(`${path} → ${wanted}`);
        if (wanted.startsWith("@/app") && !LEAVES.test(wanted)) wrong.push(`${path} → ${wanted}`);
        if (wanted.startsWith("@/mock")) wrong.push(`${path} → ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps the design system, the client and the stream free of features", () => {
    const wrong: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      if (!/^\/src\/(ui|api|live)\//.test(path) || /\.(test|story)\./.test(path)) continue;
      for (const wanted of importsOf(source)) {
        if (/^@\/(features|app|mock)/.test(wanted)) wrong.push(`${path} → ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("gives every component of the design system a story and a test", () => {
    const folders = new Set(
      Object.keys(sources).flatMap((path) => /^\/src\/ui\/(\w+)\//.exec(path)?.[1] ?? []),
    );
    const has = (folder: string, kind: string) =>
      Object.keys(sources).some(
        (path) => path.startsWith(`/src/ui/${folder}/`) && path.includes(`.${kind}.tsx`),
      );
    const bare = [...folders].filter((folder) => !has(folder, "story") || !has(folder, "test"));
    expect(bare).toEqual([]);
  });
});
