/** The server dies while somebody types, and comes back: nothing is lost, nothing is sent twice. */
import { ensure, until } from "../lib/until.mjs";

const BACK_WITHIN_MS = 30_000;

export async function survive(stage) {
  const { owner, guest, server } = stage;
  let before = [];

  await stage.step("the server is killed while a message is typed", async () => {
    await owner.openChat(guest.name);
    await guest.openChat(owner.name);
    await owner.writes("The last words before");
    await guest.message("The last words before").waitFor();
    before = await history(guest);
    for (const person of [owner, guest]) {
      await person.markPage();
      person.browser.allow(/ERR_|WebSocket/, Number.POSITIVE_INFINITY);
    }
    await guest.box.pressSequentially("Typed while the server ");
    await server.kill();
    await guest.box.pressSequentially("was dying");
    await guest.page
      .getByRole("status")
      .getByText(guest.t("app:bars.reconnecting"), { exact: true })
      .waitFor();
    ensure((await guest.box.inputValue()) === "Typed while the server was dying", "what was typed stays");
  });

  await stage.step("what is sent meanwhile waits in sight", async () => {
    await guest.box.press("Enter");
    await guest.sees("messenger:pending.waiting");
    await guest.box.fill("And a second one behind it");
    await guest.box.press("Enter");
    await guest.page.setViewportSize({ width: 1440, height: 600 });
    await until("the end stays in sight in a smaller window", () =>
      guest.message("And a second one behind it").evaluate((row) => {
        const { bottom } = row.closest("section").getBoundingClientRect();
        return row.getBoundingClientRect().bottom <= bottom;
      }),
    );
    await guest.page.setViewportSize({ width: 1440, height: 900 });
    await stage.look(guest, "reconnecting");
  });

  await stage.step("after the restart it arrives by itself, once and in order", async () => {
    const ready = await server.run();
    const begun = performance.now();
    await guest.isDurable("Typed while the server was dying", BACK_WITHIN_MS);
    await guest.isDurable("And a second one behind it", BACK_WITHIN_MS);
    await owner.message("And a second one behind it").waitFor({ timeout: BACK_WITHIN_MS });
    const took = performance.now() - begun;
    for (const person of [owner, guest]) {
      const bar = person.page
        .getByRole("status")
        .getByText(person.t("app:bars.reconnecting"), { exact: true });
      await until("the bar is gone", async () => (await bar.count()) === 0);
      await person.pageWasNotReloaded();
    }
    const after = [...before, "Typed while the server was dying", "And a second one behind it"];
    for (const person of [owner, guest]) {
      ensure(
        JSON.stringify(await history(person)) === JSON.stringify(after),
        "nothing is lost, doubled or out of order",
      );
    }
    return `ready again after ${Math.round(ready)} ms, sent ${Math.round(took)} ms later`;
  });

  await stage.step("both talk on", async () => {
    await owner.writes("Still here.");
    await guest.message("Still here.").waitFor();
    await guest.writes("Me too.");
    await owner.message("Me too.").waitFor();
  });

  await stage.step("sign-out ends it on this side of the door", async () => {
    await guest.signsOut();
    await guest.page.goto("/chats");
    await guest.seesHeading("identity:sign_in.title");
  });
}

/** Every text of the open chat, in order, as the server has it. */
function history(person) {
  return person.page.evaluate(async () => {
    const chat = location.pathname.split("/").at(-1);
    const texts = [];
    for (let before = ""; ; ) {
      const answer = await fetch(`/api/v1/chats/${chat}/messages?limit=100${before && `&before=${before}`}`);
      const { items, has_before } = await answer.json();
      texts.unshift(...items.map((message) => message.body.text));
      if (!has_before) return texts;
      before = String(items[0].number);
    }
  });
}
