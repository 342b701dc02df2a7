/** What the stories share: the people, the server, and the steps with what has to hold after each. */
import { join } from "node:path";
import { Browser } from "./browser.mjs";
import { Looker } from "./look.mjs";
import { Person } from "./person.mjs";

/** Names as they stand in the directory: long, short, in both scripts. */
const CAST = {
  owner: { first: "林若溪", second: "Philippa Featherstonehaugh-Cholmondeley" },
  guest: { first: "Max Brandt", second: "欧阳慕白" },
  newcomer: { first: "Ines Okafor", second: "沈知远" },
  founder: { first: "陈望舒", second: "Joaquín Villanueva" },
};

export class Stage {
  #browsers = [];
  #looker;
  #say;

  constructor({ server, push, round, say }) {
    this.server = server;
    this.push = push;
    this.round = round;
    this.#looker = new Looker(round);
    this.#say = say;
  }

  get organisation() {
    return this.round === "first" ? "北岸工程有限公司" : "North Shore Works";
  }

  get otherOrganisation() {
    return this.round === "first" ? "Harbour Cooperative" : "远山设计社";
  }

  async enter(role, language) {
    const browser = await Browser.open(this.server.origin, language);
    this.#browsers.push(browser);
    return new Person(browser, language, {
      name: CAST[role][this.round],
      mail: `${role}.${this.round}@shore.example`,
      password: `${role} crosses 7 quiet bridges`,
    });
  }

  /** One thing that a person does, and afterwards: no page has complained, and axe has found nothing serious. */
  async step(title, work) {
    const begun = performance.now();
    try {
      const note = await work();
      this.#say(`  ${title} (${Math.round(performance.now() - begun)} ms${note ? `; ${note}` : ""})`);
    } catch (error) {
      throw new Error(`${title}: ${error.message}`, { cause: error });
    }
    const wrong = [...this.#browsers.flatMap((browser) => browser.complaints()), ...this.#looker.findings()];
    if (wrong.length > 0) throw new Error(`${title}: ${wrong.join("\n    ")}`);
  }

  look(person, name) {
    return this.#looker.at(person, name);
  }

  /** Since the server was started, without the time spent with looking. */
  get actedForS() {
    return (performance.now() - this.server.startedAt - this.#looker.spentMs) / 1000;
  }

  /** What every page shows when a step has failed. */
  async witness() {
    for (const [index, browser] of this.#browsers.entries()) {
      const path = join(Looker.folder, `failed-${this.round}-${index}.png`);
      await browser.page.screenshot({ path }).catch(() => {});
      for (const text of browser.complaints()) this.#say(`  browser ${index}: ${text}`);
    }
  }

  async dismiss(person) {
    this.#browsers = this.#browsers.filter((browser) => browser !== person.browser);
    await person.browser.close();
  }

  async leave() {
    for (const browser of this.#browsers.splice(0)) await browser.close();
  }
}
