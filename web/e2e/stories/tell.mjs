/** Who has the suite closed is told of messages, by a push service of the test's own and the browser's real worker. */
import { ensure, until } from "../lib/until.mjs";

export async function tell(stage) {
  const { owner, guest, push: service } = stage;
  const path = await service.equip(guest.browser);
  await guest.browser.context.grantPermissions(["notifications"], { origin: stage.server.origin });
  const worker = await Worker.watch(guest);

  await stage.step("somebody wants to be told while the suite is closed", async () => {
    await guest.page.reload();
    await guest.settings("preferences");
    const wish = guest.named("switch", "groups:push.label");
    await wish.click();
    await until("it is on", async () => (await wish.getAttribute("aria-checked")) === "true");
    await guest.sees("groups:push.nothing_hint");
    await stage.look(guest, "push");
    await worker.isActive();
  });

  await stage.step("a closed browser is told that there is a message, and no more", async () => {
    await guest.page.goto("about:blank");
    await owner.openChat(guest.name);
    await owner.writes("the sluice is open");
    const content = await next(service, path, 1);
    ensure(content.sender === null && content.text === null && content.chat_name === null, "no names, no words");
    const bytes = service.taken.at(-1).bytes;
    ensure(bytes.length === 1126 && !bytes.includes("sluice"), "sealed, and as long as every other");
    await worker.hears(content);
    const [shown] = await worker.shown();
    ensure(shown.title === word(guest, "New message", "新消息") && shown.body === "", `it says ${shown.title}`);
    await worker.hears(content);
    ensure((await worker.shown()).length === 1, "the same message is shown once");
  });

  await stage.step("it is told more to those who want it", async () => {
    await guest.page.goto("/settings/preferences");
    await guest.field("groups:push.detail").selectOption("text");
    await guest.sees("groups:push.text_hint");
    await guest.page.goto("about:blank");
    await owner.writes("the sluice is shut");
    const content = await next(service, path, 2);
    ensure(content.sender === owner.name && content.chat_name === null, "who writes, in a chat of two");
    await worker.hears(content);
    const [shown] = await worker.shown();
    ensure(shown.title === owner.name && shown.body.includes("sluice"), `it says ${shown.title}: ${shown.body}`);
  });

  await stage.step("who looks at the suite is not told twice", async () => {
    await guest.page.goto("/chats");
    const before = await worker.shown();
    await worker.hears({ v: 1, chat: "oc_none", message: "om_none", count: 1 });
    ensure((await worker.shown()).length === before.length, "nothing appears over the page");
  });

  await stage.step("a service that is away is asked again, and who withdraws is told nothing", async () => {
    await guest.page.goto("about:blank");
    service.status = 503;
    const before = service.refused;
    await owner.writes("are you there?");
    await until("the service was asked", () => service.refused > before, 30_000);
    service.status = null;
    await next(service, path, 3);
    await guest.page.goto("/settings/preferences");
    await guest.named("switch", "groups:push.label").click();
    await until(
      "it is off",
      async () => (await guest.named("switch", "groups:push.label").getAttribute("aria-checked")) === "false",
    );
    await guest.page.goto("about:blank");
    await owner.writes("nobody is told of this");
    await guest.page.waitForTimeout(4_000);
    ensure(service.of(path).length === 3 && !service.broken, `nothing more came (${service.broken})`);
    await guest.page.goto("/chats");
  });
}

const word = (person, english, chinese) => (person.language === "en" ? english : chinese);

async function next(service, path, count, patienceMs = 30_000) {
  await until(`${count} were told`, () => service.broken || service.of(path).length >= count, patienceMs);
  if (service.broken) throw service.broken;
  return service.of(path).at(-1);
}

/** The service worker of a browser, over the protocol of its developer tools. */
class Worker {
  #session;
  #registration = null;
  #isActive = false;
  #person;

  static async watch(person) {
    const worker = new Worker();
    worker.#person = person;
    worker.#session = await person.browser.context.newCDPSession(person.page);
    worker.#session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      for (const { registrationId, status } of versions) {
        if (status !== "activated") continue;
        worker.#registration = registrationId;
        worker.#isActive = true;
      }
    });
    await worker.#session.send("ServiceWorker.enable");
    return worker;
  }

  async isActive() {
    await until("the worker is active", () => this.#isActive);
  }

  /** Hands it what the push service got for this browser, as the browser's own would. */
  async hears(content) {
    const origin = new URL(this.#person.browser.origin).origin;
    await this.#session.send("ServiceWorker.deliverPushMessage", {
      origin,
      registrationId: this.#registration,
      data: JSON.stringify(content),
    });
    await this.#person.page.waitForTimeout(400);
  }

  /** The notifications that stand, read by a page of the suite that nobody sees. */
  async shown() {
    const page = await this.#person.browser.context.newPage();
    await page.goto(`${this.#person.browser.origin}/icon.svg`);
    const shown = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration("/");
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag }) => ({ title, body, tag }));
    });
    await page.close();
    return shown;
  }
}
