/** Looks at a screen: axe in both themes, and pictures for people to look at. */
import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = {
  1440: { width: 1440, height: 900 },
  768: { width: 768, height: 1024 },
  390: { width: 390, height: 844 },
};

/** Both rounds together show every width in both themes; `all` takes every combination in both languages. */
const PICTURES = {
  first: { light: [1440, 390], dark: [768] },
  second: { light: [768], dark: [1440, 390] },
  all: { light: [1440, 768, 390], dark: [1440, 768, 390] },
};
/** Where axe looks: wide in both themes, and narrow in the other language. */
const EXAMINED = { first: { light: 1440, dark: 1440 }, second: { dark: 390 } };

export class Looker {
  #serious = [];
  #pictures;
  #examined;

  constructor(round) {
    this.#examined = EXAMINED[round];
    this.#pictures = process.env.E2E_PICTURES === "all" ? PICTURES.all : PICTURES[round];
  }

  static folder = mkdtempSync(join(tmpdir(), "bastide-e2e-pictures-"));

  /** How long was spent with looking, which no person does, in milliseconds. */
  spentMs = 0;

  async at(person, name) {
    const begun = performance.now();
    const { page, language } = person;
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      for (const width of this.#pictures[theme]) {
        await page.setViewportSize(SIZES[width]);
        await stands(page);
        await page.screenshot({ path: join(Looker.folder, `${name}-${width}-${theme}-${language}.png`) });
      }
      const examined = this.#examined[theme];
      if (!examined) continue;
      await page.setViewportSize(SIZES[examined]);
      await stands(page);
      await this.#examine(page, `${name}, ${examined} px, ${theme}, ${language}`);
    }
    await page.setViewportSize(SIZES[1440]);
    await page.emulateMedia({ colorScheme: "light" });
    await stands(page);
    this.spentMs += performance.now() - begun;
  }

  async #examine(page, where) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, { resultTypes: ["violations"], elementRef: false }),
    );
    for (const { id, impact, nodes } of violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      const [node] = nodes;
      this.#serious.push(
        `${where}: ${id} ×${nodes.length}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`,
      );
    }
  }

  /** What axe has found serious or critical since the last time it was asked. */
  findings() {
    return this.#serious.splice(0);
  }
}

/** Two frames drawn and no motion under way, except what turns for ever. */
async function stands(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const finite = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity);
    await Promise.allSettled(finite.map((one) => one.finished));
  });
}
