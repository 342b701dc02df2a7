/** Somebody in front of a browser: finds things the way people do, by role and name, in their own language. */
import { PATIENCE_MS, until } from "./until.mjs";
import { wordsIn } from "./words.mjs";

export class Person {
  constructor(browser, language, { name, mail, password }) {
    this.browser = browser;
    this.page = browser.page;
    this.language = language;
    this.t = wordsIn(language);
    this.name = name;
    this.mail = mail;
    this.password = password;
  }

  button(key, values) {
    return this.named("button", key, values);
  }

  link(key, values) {
    return this.named("link", key, values);
  }

  named(role, key, values) {
    return this.page.getByRole(role, { name: this.t(key, values), exact: true });
  }

  field(key) {
    return this.page.getByLabel(this.t(key), { exact: true });
  }

  dialog(key) {
    return this.named("dialog", key);
  }

  async sees(key, values) {
    await this.page.getByText(this.t(key, values), { exact: true }).first().waitFor();
  }

  async seesHeading(key, values) {
    await this.page
      .getByRole("heading", { name: this.t(key, values), exact: true })
      .first()
      .waitFor();
  }

  async seesHeadingText(name) {
    await this.page.getByRole("heading", { name, exact: true }).first().waitFor();
  }

  async goTo(place) {
    await this.page
      .getByRole("navigation", { name: this.t("app:rail.label"), exact: true })
      .getByRole("link", { name: this.t(`app:rail.${place}`) })
      .click();
  }

  async settings(page) {
    await this.goTo("settings");
    await this.page
      .getByRole("navigation", { name: this.t("settings:title"), exact: true })
      .getByRole("link", { name: new RegExp(`^${this.t(`settings:page.${page}`)}`) })
      .click();
    await this.seesHeading(`settings:page.${page}`);
  }

  /** The row of a chat in the list; its name stands first, other names may follow in the last message. */
  chat(name) {
    return this.page
      .getByRole("navigation", { name: this.t("messenger:list.title"), exact: true })
      .getByRole("link", { name: new RegExp(`^${name}`) });
  }

  async openChat(name) {
    await this.goTo("chats");
    await this.chat(name).click();
    await this.page.getByRole("heading", { name, exact: true }).waitFor();
  }

  get box() {
    return this.page.getByRole("textbox", { name: this.t("messenger:composer.label", { name: "" }).trim() });
  }

  message(text) {
    // Lines are broken by an element, which is no text.
    const lines = text.split("\n").map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const hasText = lines.length > 1 ? new RegExp(lines.join("\\s*")) : text;
    return this.page.getByRole("article").filter({ hasText });
  }

  /** Presses a key on a message, as those do who leave the mouse alone. */
  async press(text, key) {
    const row = this.message(text).last();
    await row.scrollIntoViewIfNeeded();
    await row.focus();
    await this.page.keyboard.press(key);
  }

  /** Types and sends; comes back when the server has it, which is when the page stops marking it. */
  async writes(text) {
    // While a dialog is open, the box takes no keys: what is typed would be lost.
    await this.page.locator("dialog:modal").waitFor({ state: "hidden" });
    await this.box.fill(text);
    await this.box.press("Enter");
    await this.isDurable(text);
  }

  async isDurable(text, patienceMs = PATIENCE_MS) {
    await until(
      `“${text}” is sent`,
      async () => {
        const row = this.message(text);
        return (await row.count()) === 1 && (await row.getAttribute("data-state")) === null;
      },
      patienceMs,
    );
  }

  async unreadIs(name, count) {
    const label = this.t("messenger:list.unread_count", { count });
    await this.chat(name).getByText(label, { exact: true }).waitFor({ state: "attached" });
  }

  async hasNothingUnread(name) {
    await until(`nothing is unread in ${name}`, async () => {
      const counted = await this.chat(name).locator("[data-tone] .only-read-aloud").count();
      return counted === 0;
    });
  }

  /** From here on a reload of the page would be noticed. */
  async markPage() {
    await this.page.evaluate(() => {
      window.sinceMark = true;
    });
  }

  async pageWasNotReloaded() {
    if (!(await this.page.evaluate(() => window.sinceMark === true))) {
      throw new Error(`the page of ${this.name} was loaded anew`);
    }
  }

  /** Asks the server as a program of this person does: in their session, by the interface of the page. */
  async calls(method, path, input) {
    const base64 = Buffer.isBuffer(input) ? input.toString("base64") : null;
    const asked = { method, path, base64, json: base64 === null && input ? JSON.stringify(input) : null };
    return this.page.evaluate(async (call) => {
      const bytes = call.base64 && Uint8Array.from(atob(call.base64), (letter) => letter.charCodeAt(0));
      const answer = await fetch(`/api/v1${call.path}`, {
        method: call.method,
        headers: {
          "X-Bastide-Csrf": "1",
          "Content-Type": bytes ? "application/octet-stream" : "application/json",
        },
        body: bytes ?? call.json,
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${call.method} ${call.path} was answered with ${answer.status}: ${text}`);
      return text === "" ? null : JSON.parse(text);
    }, asked);
  }

  async signsOut() {
    await this.button("app:own.label").click();
    await this.named("menuitem", "app:own.sign_out").click();
    await this.seesHeading("identity:sign_in.title");
  }

  /** The first step: mail address and password. */
  async givesPassword(password = this.password) {
    await this.seesHeading("identity:sign_in.title");
    await this.field("identity:form.mail").fill(this.mail);
    await this.field("identity:form.password").fill(password);
    await this.button("identity:sign_in.submit").click();
  }

  async givesCode(code) {
    await this.field("identity:code.label").fill(code);
    await this.button("identity:sign_in.submit").click();
  }

  /** Both steps, the second by a recovery code. */
  async signsInWithRecovery(code) {
    await this.givesPassword();
    await this.button("identity:code.use_recovery").click();
    await this.field("identity:code.recovery_label").fill(code);
    await this.button("identity:sign_in.submit").click();
  }

  /** Goes over to the account in another organisation. */
  async picksOrganisation(name) {
    await this.button("app:own.label").click();
    await this.page.getByRole("menu").getByText(name, { exact: true }).last().click();
  }

  async isInside() {
    await this.page.getByRole("navigation", { name: this.t("app:rail.label"), exact: true }).waitFor();
  }
}
