/** Two people talk directly: both ways, at once, without a reload. */
import { ensure, until } from "../lib/until.mjs";

const MANY = 70;

export async function talk(stage) {
  const { owner, guest } = stage;

  await stage.step("a direct chat is opened from the list", async () => {
    await owner.goTo("chats");
    await guest.markPage();
    await owner.page.keyboard.press("Alt+n");
    const dialog = owner.dialog("messenger:new.title");
    await dialog.getByRole("combobox").fill(guest.name.slice(0, 2));
    await dialog.getByRole("option").filter({ hasText: guest.name }).waitFor();
    await stage.look(owner, "new-chat");
    await dialog.getByRole("option").filter({ hasText: guest.name }).click();
    await owner.page.getByRole("heading", { name: guest.name, exact: true }).waitFor();
  });

  await stage.step("what is written appears with the other, counted as unread", async () => {
    await owner.writes("早上好！今天的会议改到十点。");
    await guest.unreadIs(owner.name, 1);
    await owner.writes("Bring the drawings, please: https://shore.example/drawings?id=7");
    await owner.writes("第三条\n有两行");
    await guest.unreadIs(owner.name, 3);
    await until("the title counts", async () => (await guest.page.title()).startsWith("(3)"));
    await stage.look(guest, "chats-unread");
  });

  await stage.step("reading clears the count, for good", async () => {
    await guest.openChat(owner.name);
    await guest.sees("messenger:history.unread");
    await guest.message("第三条").waitFor();
    await guest.hasNothingUnread(owner.name);
    await guest.pageWasNotReloaded();
    await guest.page.reload();
    await guest.message("第三条").waitFor();
    await guest.hasNothingUnread(owner.name);
    await guest.markPage();
  });

  await stage.step("answers come back in real time", async () => {
    await owner.markPage();
    await guest.writes("Ten is fine. 我带图纸来。");
    await owner.message("我带图纸来。").waitFor();
    await owner.writes("好的 👍");
    await guest.message("好的 👍").waitFor();
    await owner.pageWasNotReloaded();
    await guest.pageWasNotReloaded();
    await stage.look(owner, "conversation-direct");
  });

  await stage.step("elsewhere, a direct message is told and opens its chat", async () => {
    await owner.settings("preferences");
    await guest.writes("Are you there?");
    const news = owner.page.getByRole("region", { name: owner.t("app:frame.toasts"), exact: true });
    await news.getByText("Are you there?").waitFor();
    await news.getByRole("button", { name: owner.t("app:frame.open"), exact: true }).click();
    await owner.message("Are you there?").waitFor();
  });

  await stage.step("a draft stays where it was typed", async () => {
    await guest.box.fill("Half a thought");
    await guest.goTo("people");
    await guest.goTo("chats");
    await guest.chat(owner.name).getByText("Half a thought").waitFor();
    await guest.openChat(owner.name);
    await until("the draft is in the box", async () => (await guest.box.inputValue()) === "Half a thought");
    await guest.box.fill("");
    await guest.goTo("people");
    await guest.openChat(owner.name);
    await guest.message("Are you there?").waitFor();
    // The draft as it was before comes back, if at all, with the answer of the server.
    await guest.page.waitForLoadState("networkidle");
    ensure((await guest.box.inputValue()) === "", "a draft that was cleared stays away");
  });

  await stage.step(`${MANY} messages arrive while somebody is elsewhere`, async () => {
    await guest.goTo("settings");
    await sendMany(owner, MANY);
    await guest.goTo("chats");
    await guest.unreadIs(owner.name, MANY);
    await guest.openChat(owner.name);
    await guest.sees("messenger:history.unread");
    await guest.message("Line 1 of").waitFor();
    ensure((await guest.message(`Line ${MANY} of`).count()) === 0, "reading begins where it stopped");
    await stage.look(guest, "conversation-unread");
    await guest.page.locator("main section + button").click();
    await guest.message(`Line ${MANY} of`).waitFor();
    await guest.hasNothingUnread(owner.name);
  });

  await stage.step("earlier history comes on the way up", async () => {
    await guest.page.reload();
    await guest.message(`Line ${MANY} of`).waitFor();
    await guest.page.getByRole("region", { name: guest.t("messenger:history.label", { name: owner.name }), exact: true }).hover();
    await until("the first message is in sight", async () => {
      await guest.page.mouse.wheel(0, -1500);
      return (await guest.message("早上好").count()) === 1;
    });
    await guest.markPage();
  });
}

/** As fast as the server takes them, by the interface that the page itself uses. */
async function sendMany(person, count) {
  await person.page.evaluate(async (many) => {
    const chat = location.pathname.split("/").at(-1);
    for (let line = 1; line <= many; line += 1) {
      const answer = await fetch(`/api/v1/chats/${chat}/messages`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Bastide-Csrf": "1" },
        body: JSON.stringify({
          client_id: crypto.randomUUID(),
          body: { text: `Line ${line} of ${many}, 第${line}行` },
        }),
      });
      if (answer.status !== 201) throw new Error(`message ${line} was answered with ${answer.status}`);
    }
  }, count);
}
