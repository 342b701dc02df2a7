/**
 * Makes `package-lock.json` the same wherever it is written. Run it as
 * `npm run lock` after every change of dependencies.
 *
 * - It takes the addresses out: whoever installs uses their own registry, and
 *   the integrity sums say whether it told the truth. (The npm setting of that
 *   purpose also drops entries, and `npm ci` then refuses the file.)
 * - A registry may not carry the binaries of other platforms. npm then leaves
 *   them out of the lock and `npm ci` refuses it, so their names are added,
 *   without a sum, from the package that wants them.
 */
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.resolved;

for (const [place, entry] of Object.entries({ ...lock.packages })) {
  if (place === "") continue;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const [, os, cpu, libc] = /(android|darwin|linux|win32)-(arm64|x64)(?:-(musl))?$/.exec(name) ?? [];
    if (lock.packages[`node_modules/${name}`] || !os) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...(libc ? { libc: [libc] } : {}),
      license: entry.license,
      optional: true,
      os: [os],
    };
  }
}

const byName = ([a], [b]) => (a < b ? -1 : 1);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byName));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
