/**
 * How soon a chat is on the screen, at the first message that is unread, in a browser with an empty cache. For `bench`:
 *
 *   node web/e2e/long.mjs <port> <mail> <password> <long chat> <short chat>
 *
 * Prints JSON: for `long` and `short` the median of five visits, in milliseconds from the beginning of the visit.
 */
import { Browser } from "./lib/browser.mjs";
import { until } from "./lib/until.mjs";

const VISITS = 5;
const [port, mail, password, long, short] = process.argv.slice(2);
const origin = `https://localhost:${port}`;

const visits = { long: [], short: [] };
for (let visit = 0; visit < VISITS; visit += 1) {
  for (const [name, chat] of Object.entries({ long, short })) visits[name].push(await look(chat));
}
const median = (name, what) => visits[name].map((visit) => visit[what]).toSorted((a, b) => a - b)[VISITS >> 1];
const result = Object.fromEntries(
  Object.keys(visits).map((name) => [name, { paint_ms: median(name, "paint"), unread_ms: median(name, "unread") }]),
);
process.stdout.write(`${JSON.stringify(result)}\n`);

async function look(chat) {
  const browser = await Browser.open(origin, "en");
  try {
    // Signing in by the API leaves the cookie, and nothing of the application in the cache.
    await browser.page.goto("/icon.svg");
    const status = await browser.page.evaluate(async (body) => {
      const headers = { "content-type": "application/json", "x-bastide-csrf": "1" };
      const answer = await fetch("/api/v1/sign-in", { method: "POST", headers, body: JSON.stringify(body) });
      return answer.status;
    }, { mail, password });
    if (status >= 300) throw new Error(`signing in was answered with ${status}`);
    await browser.page.addInitScript(() => {
      const seen = () => {
        const row = document.getElementById("first-unread")?.getBoundingClientRect();
        if (row && row.top >= 0 && row.bottom <= innerHeight && document.querySelector("article")) {
          window.unreadSeenAt = performance.now();
        } else requestAnimationFrame(seen);
      };
      requestAnimationFrame(seen);
    });
    await browser.page.goto(`/chats/${chat}`);
    await until("the first unread message is on the screen", () =>
      browser.page.evaluate(() => window.unreadSeenAt !== undefined),
    );
    return await browser.page.evaluate(() => ({
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      unread: window.unreadSeenAt,
    }));
  } finally {
    await browser.close();
  }
}
