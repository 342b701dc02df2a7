/** What is done to messages that are there: both people see it at once. */
import { ensure, until } from "../lib/until.mjs";

const GROUP = "工坊 Workshop";

export async function converse(stage) {
  const { owner, guest } = stage;

  await stage.step("a group for talking is made", async () => {
    await owner.goTo("chats");
    await guest.goTo("chats");
    await owner.page.keyboard.press("Alt+n");
    const dialog = owner.dialog("messenger:new.title");
    await dialog.getByRole("radio", { name: owner.t("messenger:new.group"), exact: true }).check();
    await dialog.getByLabel(owner.t("messenger:new.name"), { exact: true }).fill(GROUP);
    await dialog.getByRole("combobox").fill(guest.name.slice(0, 2));
    await dialog.getByRole("option").filter({ hasText: guest.name }).click();
    await dialog.getByRole("button", { name: owner.t("messenger:new.create"), exact: true }).click();
    await owner.page.getByRole("heading", { name: GROUP, exact: true }).waitFor();
    await guest.openChat(GROUP);
  });

  await stage.step("marks are drawn, and HTML stays text", async () => {
    await owner.box.fill("**Plan**\n- 周一 *first* draft\n- `make check`\n> and then <b>rest</b>");
    await owner.box.press("Enter");
    await owner.isDurable("Plan");
    const row = guest.message("Plan");
    await row.locator("strong").getByText("Plan").waitFor();
    ensure((await row.locator("li").count()) === 2, "a list has its points");
    ensure((await row.locator("blockquote").innerText()).includes("<b>rest</b>"), "HTML is text");
    await stage.look(guest, "talk-marks");
  });

  await stage.step("an edit reaches the other, with what was said before", async () => {
    await owner.writes("The meeting is at ten.");
    await owner.press("The meeting is at ten.", "e");
    await until("the text is in the box", async () => (await owner.box.inputValue()) !== "");
    await owner.box.fill("The meeting is at eleven.");
    await owner.box.press("Enter");
    await guest.message("The meeting is at eleven.").waitFor();
    await guest
      .message("The meeting is at eleven.")
      .getByRole("button", { name: guest.t("talk:edited"), exact: true })
      .click();
    const dialog = guest.dialog("talk:history.title");
    await dialog.getByText("The meeting is at ten.").waitFor();
    await stage.look(guest, "talk-history");
    await guest.page.keyboard.press("Escape");
  });

  await stage.step("reactions are shared", async () => {
    await guest.press("The meeting is at eleven.", "+");
    await guest.named("combobox", "talk:emoji.search").fill("rocket");
    await stage.look(guest, "talk-emoji");
    await guest.page.keyboard.press("Enter");
    const chip = (person, count) =>
      person
        .message("The meeting is at eleven.")
        .getByRole("button", { name: person.t("talk:reactions.count", { emoji: "🚀", count }), exact: true });
    await chip(owner, 1).click();
    await chip(guest, 2).waitFor();
    ensure((await chip(guest, 2).getAttribute("aria-pressed")) === "true", "one's own reaction is marked");
  });

  await stage.step("an answer shows what it answers, and leads there", async () => {
    await guest.press("The meeting is at eleven.", "r");
    await guest.writes("I will be there, 带上图纸。");
    const row = owner.message("带上图纸");
    await row.getByRole("button", { name: /The meeting is at eleven/ }).click();
    await owner.page.locator("article[data-lit]").filter({ hasText: "The meeting is at eleven." }).first().waitFor();
    await stage.look(owner, "talk-quote");
  });

  await stage.step("a thread has its own pane and its own count", async () => {
    await guest.press("Plan", "t");
    const pane = guest.named("complementary", "talk:thread.label");
    await pane.getByRole("textbox").fill("Who writes the draft?");
    await pane.getByRole("textbox").press("Enter");
    await owner.sees("messenger:list.unread_threads", { count: 1 });
    await owner.hasNothingUnread(GROUP);
    await owner.page.getByRole("link").filter({ hasText: owner.t("messenger:list.threads") }).click();
    await owner.seesHeading("talk:threads.title");
    await stage.look(owner, "threads");
    await owner.page.getByRole("link").filter({ hasText: "Plan" }).last().click();
    const answer = owner.named("complementary", "talk:thread.label");
    await answer.getByRole("article").filter({ hasText: "Who writes the draft?" }).waitFor();
    await answer.getByRole("textbox").fill("我来写。");
    await answer.getByRole("textbox").press("Enter");
    await pane.getByRole("article").filter({ hasText: "我来写。" }).waitFor();
    await stage.look(owner, "thread");
    await owner.message("Plan").getByText(owner.t("talk:thread.replies", { count: 2 })).first().waitFor();
    await pane.getByRole("textbox").fill("Begun, and not sent");
    await guest.page.reload();
    await until(
      "what was begun in the thread is still there",
      async () => (await pane.getByRole("textbox").inputValue()) === "Begun, and not sent",
    );
    await pane.getByRole("textbox").fill("");
    await guest.button("talk:thread.close").click();
    await owner.button("talk:thread.close").click();
  });

  await stage.step("a pin is found by everybody", async () => {
    await owner.press("make check", "p");
    await guest.message("make check").getByText(guest.t("talk:pinned")).waitFor();
    await guest.button("messenger:details.title").click();
    await guest.named("tab", "groups:tab.pins").click();
    await guest.page.getByRole("tabpanel").getByText("make check").waitFor();
    await stage.look(guest, "details-pins");
    await guest.button("messenger:details.close").click();
  });

  await stage.step("a recalled message leaves a marker, and its author can write it anew", async () => {
    await guest.writes("Said too early");
    await owner.message("Said too early").waitFor();
    await guest.press("Said too early", "Delete");
    await owner.page.getByText(owner.t("talk:recalled.by", { who: guest.name })).last().waitFor();
    await until(
      "a recalled text is gone",
      async () => (await owner.page.getByText("Said too early").count()) === 0,
    );
    await guest.button("talk:recalled.again").last().click();
    await until("the text is in the box", async () => (await guest.box.inputValue()) === "Said too early");
    await guest.box.fill("");
  });

  await stage.step("whoever leads recalls what others said, after a question", async () => {
    await guest.writes("Not for this room");
    await owner.message("Not for this room").waitFor();
    await owner.press("Not for this room", "Delete");
    await owner.dialog("talk:recall.title").waitFor();
    await owner.dialog("talk:recall.title").getByRole("button", { name: owner.t("talk:recall.submit"), exact: true }).click();
    await guest.page.getByText(guest.t("talk:recalled.by", { who: owner.name })).last().waitFor();
  });

  await stage.step("who has read a message is told", async () => {
    await owner.writes("Please read this.");
    await guest.message("Please read this.").waitFor();
    await guest.hasNothingUnread(GROUP);
    await owner.press("Please read this.", "Enter");
    await owner.named("menuitem", "talk:act.readers").click();
    const dialog = owner.dialog("talk:readers.title");
    await dialog.getByText(guest.name).waitFor();
    await stage.look(owner, "readers");
    await owner.page.keyboard.press("Escape");
  });

  await stage.step("a message is forwarded with a word about it", async () => {
    await owner.press("Plan", "f");
    const dialog = owner.dialog("talk:forward.title");
    await dialog.getByRole("combobox").fill(guest.name.slice(0, 3));
    await dialog.getByRole("option").filter({ hasText: guest.name }).first().click();
    await dialog.getByLabel(owner.t("talk:forward.note"), { exact: true }).fill("给你参考");
    await stage.look(owner, "forward");
    await dialog.getByRole("button", { name: owner.t("talk:forward.submit", { count: 1 }), exact: true }).click();
    await guest.openChat(owner.name);
    await guest.message("给你参考").waitFor();
    await guest.page.getByRole("region", { name: guest.t("talk:forwarded", { count: 1 }) }).waitFor();
    await stage.look(guest, "forwarded");
  });

  await stage.step("several messages are selected, and forwarded together", async () => {
    await owner.press("Plan", "s");
    const bar = owner.named("region", "talk:select.bar");
    await bar.getByText(owner.t("talk:select.count", { count: 1 }), { exact: true }).waitFor();
    // The label of its mark lies over the whole message.
    await owner.message("Please read this.").last().click();
    await bar.getByText(owner.t("talk:select.count", { count: 2 }), { exact: true }).waitFor();
    await stage.look(owner, "select");
    await bar.getByRole("button", { name: owner.t("talk:select.forward"), exact: true }).click();
    const dialog = owner.dialog("talk:forward.title");
    await dialog.getByRole("combobox").fill(guest.name.slice(0, 3));
    await dialog.getByRole("option").filter({ hasText: guest.name }).first().click();
    await dialog.getByRole("button", { name: owner.t("talk:forward.submit", { count: 1 }), exact: true }).click();
    await guest.page.getByRole("region", { name: guest.t("talk:forwarded", { count: 2 }) }).waitFor();
    await bar.waitFor({ state: "hidden" });
  });

  await stage.step("a link to a message leads to it", async () => {
    await owner.press("Please read this.", "l");
    const link = await owner.page.evaluate(() => navigator.clipboard.readText());
    await owner.openChat(guest.name);
    await owner.box.fill(`See ${link}`);
    await owner.box.press("Enter");
    await owner.isDurable("See ");
    await guest.page.getByRole("link", { name: guest.t("talk:link.in", { name: GROUP }) }).click();
    await guest.page.locator("article[data-lit]").filter({ hasText: "Please read this." }).first().waitFor();
  });
}
