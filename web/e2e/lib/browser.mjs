/** One Chromium with an empty profile, and everything that its page complains about. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PATIENCE_MS } from "./until.mjs";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--ignore-certificate-errors",
];

const ZONES = { en: "Europe/Berlin", "zh-CN": "Asia/Shanghai" };

export class Browser {
  #profile;
  #allowed = [];
  #complaints = [];

  static async open(origin, language) {
    const browser = new Browser();
    browser.origin = origin;
    browser.#profile = mkdtempSync(join(tmpdir(), "bastide-e2e-browser-"));
    browser.context = await chromium.launchPersistentContext(browser.#profile, {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ARGUMENTS,
      baseURL: origin,
      viewport: { width: 1440, height: 900 },
      locale: language,
      timezoneId: ZONES[language],
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    browser.context.setDefaultTimeout(PATIENCE_MS);
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    await browser.context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`content policy: ${event.violatedDirective} stopped ${event.blockedURI}`);
      });
    });
    browser.page = browser.context.pages()[0] ?? (await browser.context.newPage());
    browser.watch(browser.page);
    return browser;
  }

  watch(page) {
    page.on("pageerror", (error) => this.#complain(`error: ${error.message}`));
    page.on("crash", () => this.#complain("the page crashed"));
    page.on("console", (message) => {
      if (message.type() === "error") this.#complain(`${message.text()} (${message.location().url})`);
    });
    // Asking who is signed in is answered by 401 when nobody is.
    this.allow(/401.*\/api\/v1\/me\)$/, Number.POSITIVE_INFINITY);
  }

  /** Browsers report every refused request as an error; a story names those that it causes. */
  allow(pattern, times = 1) {
    this.#allowed.push({ pattern, left: times });
  }

  /** What the page has complained about since the last time it was asked. */
  complaints() {
    return this.#complaints.splice(0).filter((text) => {
      const fitting = this.#allowed.find(({ pattern, left }) => left > 0 && pattern.test(text));
      if (fitting) fitting.left -= 1;
      return !fitting;
    });
  }

  async close() {
    await this.context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  #complain(text) {
    this.#complaints.push(text);
  }
}
