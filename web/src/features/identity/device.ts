/** What browsers call themselves, in the words of people: «Firefox 150 · Android». */

/** The first that fits counts: nearly every browser also claims to be the ones further down. */
const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\/(\d+)/, "Edge"],
  [/OPR\/(\d+)/, "Opera"],
  [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/Chromium\/(\d+)/, "Chromium"],
  [/(?:Headless)?(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/Version\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/, "Safari"],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/OpenHarmony|HarmonyOS/, "HarmonyOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Macintosh|Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** Browser and system; what is no browser's is given back as it is. */
export function deviceOf(client: string): string {
  if (!client.startsWith("Mozilla/")) return client;
  const browser = BROWSERS.map(([pattern, name]) => {
    const version = pattern.exec(client)?.[1];
    return version && `${name} ${version}`;
  }).find(Boolean);
  const system = SYSTEMS.find(([pattern]) => pattern.test(client))?.[1];
  return [browser, system].filter(Boolean).join(" · ") || client;
}
