/**
 * Writes `src/api/schema.d.ts` from the server's OpenAPI document in
 * `src/api/openapi.json`.
 *
 * The generator reads the JavaScript interface of TypeScript 5, which 7 no
 * longer has; it therefore runs from a place of its own under node_modules
 * instead of being a dependency here.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const GENERATOR = ["openapi-typescript@7.13.0", "typescript@5.9.3"];
const root = new URL("..", import.meta.url).pathname;
const source = join(root, "src/api/openapi.json");
const place = join(root, "node_modules/.api-generator");

if (!existsSync(source)) {
  console.error("There is no src/api/openapi.json: save the server's /api/v1/openapi.json there first.");
  process.exit(1);
}

// The client adds the prefix itself.
const document = JSON.parse(readFileSync(source, "utf8"));
document.paths = Object.fromEntries(
  Object.entries(document.paths).map(([path, item]) => [path.replace(/^\/api\/v1(?=\/)/, ""), item]),
);

mkdirSync(place, { recursive: true });
writeFileSync(join(place, "package.json"), '{ "private": true }\n');
if (!existsSync(join(place, "node_modules/.bin/openapi-typescript"))) {
  execFileSync("npm", ["install", "--ignore-scripts", "--no-save", ...GENERATOR], {
    cwd: place,
    stdio: "inherit",
  });
}
const input = join(place, "openapi.json");
writeFileSync(input, JSON.stringify(document));
execFileSync(
  join(place, "node_modules/.bin/openapi-typescript"),
  [input, "-o", join(root, "src/api/schema.d.ts")],
  {
    cwd: place,
    stdio: "inherit",
  },
);
