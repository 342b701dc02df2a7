/** First paint, readiness for input and weight of the first page, with nothing cached. */
import { until } from "./until.mjs";

const VISITS = 3;

export async function measure(open) {
  const visits = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    const browser = await open();
    try {
      visits.push(await look(browser.page));
    } finally {
      await browser.close();
    }
  }
  const middle = (name) => visits.map((visit) => visit[name]).toSorted((a, b) => a - b)[VISITS >> 1];
  const kib = (name) => `${(middle(name) / 1024).toFixed(0)} KiB`;
  return [
    `page load (median of ${VISITS}, empty cache): first paint ${Math.round(middle("paint"))} ms (goal 1000), ` +
      `ready for input ${Math.round(middle("ready"))} ms (goal 1500)`,
    `page weight: ${kib("weight")} in ${middle("requests")} requests, of it ${kib("script")} of script (goal 250)`,
  ];
}

async function look(page) {
  await page.addInitScript(() => {
    const watch = () => {
      if (!document.querySelector("form button[type=submit]")) return requestAnimationFrame(watch);
      // Idle means that what was loaded has been carried out: a key pressed now is answered.
      requestIdleCallback(() => {
        window.readyForInput = performance.now();
      });
    };
    watch();
  });
  await page.goto("/sign-in");
  await until("the page is painted and ready for input", () =>
    page.evaluate(() => {
      const painted = performance.getEntriesByName("first-contentful-paint").length > 0;
      return painted && window.readyForInput !== undefined;
    }),
  );
  return page.evaluate(() => {
    const all = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
    const weight = (entries) => entries.reduce((sum, entry) => sum + entry.transferSize, 0);
    return {
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      ready: window.readyForInput,
      weight: weight(all),
      requests: all.length,
      script: weight(all.filter((entry) => /\.js$/.test(entry.name))),
    };
  });
}
