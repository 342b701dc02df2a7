/**
 * Weighs the build: what the first route loads (the entry, what it imports, the
 * largest catalogue, the first screen) must stay small. Also reads the style
 * sheets of the features: colours come from tokens, files stay short.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const SCRIPT_KIB = 250;
const STYLE_KIB = 40;
const LONGEST_FILE = 600;
const dist = new URL("../dist/", import.meta.url).pathname;
const src = new URL("../src/", import.meta.url).pathname;
const problems = [];

const assets = readdirSync(join(dist, "assets"));
const size = (name) => gzipSync(readFileSync(join(dist, "assets", name))).length / 1024;
const read = (name) => readFileSync(join(dist, "assets", name), "utf8");

function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, other] of read(name).matchAll(/(?:from|import)\s*["']\.\/([\w-]+\.js)["']/g))
    withImports(other, seen);
  return seen;
}

const entry = /assets\/(index-[\w-]+\.js)/.exec(readFileSync(join(dist, "index.html"), "utf8"))?.[1];
const first = withImports(entry);
// After the entry: one language, and the conversation that people come for.
for (const part of ["en-", "Conversation-"]) {
  for (const name of assets) if (name.startsWith(part) && name.endsWith(".js")) withImports(name, first);
}
const script = [...first].reduce((sum, name) => sum + size(name), 0);
const style = assets.filter((name) => name.endsWith(".css")).reduce((sum, name) => sum + size(name), 0);
console.log(`first route: ${script.toFixed(1)} KiB of script, all styles ${style.toFixed(1)} KiB (gzip)`);
if (script > SCRIPT_KIB) problems.push(`the first route's script is over ${SCRIPT_KIB} KiB`);
if (style > STYLE_KIB) problems.push(`the styles are over ${STYLE_KIB} KiB`);
if (assets.some((name) => name.endsWith(".map"))) problems.push("the build carries source maps");

for (const name of readdirSync(src, { recursive: true })) {
  if (!name.endsWith(".css")) continue;
  const text = readFileSync(join(src, name), "utf8");
  if (text.split("\n").length > LONGEST_FILE) problems.push(`${name} is longer than ${LONGEST_FILE} lines`);
  const own = text.replaceAll("#ffffff", "").match(/#[0-9a-f]{3,8}\b/i);
  if (name.startsWith("features/") && own) problems.push(`${name} names the colour ${own[0]}; use a token`);
}

for (const problem of problems) console.log(problem);
process.exit(problems.length > 0 ? 1 : 0);
