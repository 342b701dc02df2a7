/** A group: mentions, names, members coming and going. */
import { ensure, until } from "../lib/until.mjs";

const FIRST_NAME = "桥梁检查 Bridge inspection";
const SECOND_NAME = "Bridge inspection 2027";

export async function together(stage) {
  const { owner, guest } = stage;

  await stage.step("a group is created and shows with its members", async () => {
    await owner.page.keyboard.press("Alt+n");
    const dialog = owner.dialog("messenger:new.title");
    await dialog.getByRole("radio", { name: owner.t("messenger:new.group"), exact: true }).check();
    await dialog.getByRole("button", { name: owner.t("messenger:new.create"), exact: true }).click();
    await owner.sees("messenger:new.name_missing");
    await dialog.getByLabel(owner.t("messenger:new.name"), { exact: true }).fill(FIRST_NAME);
    await dialog.getByRole("option").filter({ hasText: guest.name }).click();
    await stage.look(owner, "new-group");
    await dialog.getByRole("button", { name: owner.t("messenger:new.create"), exact: true }).click();
    await owner.page.getByRole("heading", { name: FIRST_NAME, exact: true }).waitFor();
    await guest.chat(FIRST_NAME).waitFor();
  });

  await stage.step("a mention reaches who is mentioned", async () => {
    await owner.box.pressSequentially("请看 @");
    const people = owner.page.getByRole("listbox", {
      name: owner.t("messenger:mention.people"),
      exact: true,
    });
    await people.getByRole("option").filter({ hasText: guest.name }).waitFor();
    await stage.look(owner, "mention");
    await owner.box.pressSequentially(guest.name.slice(0, 1));
    await owner.page.keyboard.press("Enter");
    await until("the name stands in the box", async () =>
      (await owner.box.inputValue()).includes(`@${guest.name} `),
    );
    await owner.box.pressSequentially("这里");
    await owner.box.press("Enter");
    await owner.isDurable(`@${guest.name}`);
    const row = guest.chat(FIRST_NAME);
    await row.getByRole("img", { name: guest.t("messenger:list.mentioned"), exact: true }).waitFor();
    await guest.unreadIs(FIRST_NAME, 2);
    await guest.openChat(FIRST_NAME);
    await guest.page
      .locator("article [data-own]")
      .filter({ hasText: `@${guest.name}` })
      .waitFor();
    await guest.hasNothingUnread(FIRST_NAME);
  });

  await stage.step("the group is renamed for everybody", async () => {
    await owner.button("messenger:details.title").click();
    const details = owner.named("complementary", "messenger:details.title");
    await details.getByText(guest.name).waitFor();
    await stage.look(owner, "conversation-details");
    await owner.button("messenger:rename.title").click();
    await owner.field("messenger:new.name").fill(SECOND_NAME);
    await owner.button("messenger:rename.submit").click();
    await guest.page.getByRole("heading", { name: SECOND_NAME, exact: true }).waitFor();
    await guest.chat(SECOND_NAME).waitFor();
    await owner.page.getByRole("heading", { name: SECOND_NAME, exact: true }).waitFor();
  });

  await stage.step("who is removed sees the chat go", async () => {
    guest.browser.allow(/404.*\/chats\/oc_[^)]*\)$/, 4);
    await inMenu(owner, guest, "messenger:remove.title");
    await owner.button("messenger:remove.submit").click();
    await guest.sees("messenger:gone.title");
    await until("the chat is not listed", async () => (await guest.chat(SECOND_NAME).count()) === 0);
    await stage.look(guest, "chat-gone");
    await guest.page.getByRole("link", { name: guest.t("messenger:gone.back"), exact: true }).click();
    await guest.seesHeading("messenger:list.title");
    await owner.writes("只有我一个人了。");
    ensure((await guest.page.getByText("只有我一个人了。").count()) === 0, "a removed member hears nothing");
  });

  await stage.step("who is added again sees it come back", async () => {
    await owner
      .named("complementary", "messenger:details.title")
      .getByRole("button", { name: owner.t("messenger:add.short") })
      .click();
    const dialog = owner.dialog("messenger:add.title");
    await dialog.getByRole("option").filter({ hasText: guest.name }).click();
    await dialog
      .getByRole("button", { name: owner.t("messenger:add.submit", { count: 1 }), exact: true })
      .click();
    await guest.chat(SECOND_NAME).waitFor();
    await owner.writes("欢迎回来");
    await guest.openChat(SECOND_NAME);
    await guest.message("欢迎回来").waitFor();
  });

  await stage.step("the owner hands the group over and leaves", async () => {
    const details = owner.named("complementary", "messenger:details.title");
    const leave = details.getByRole("button", { name: owner.t("messenger:leave.title"), exact: true });
    ensure((await leave.getAttribute("aria-disabled")) === "true", "an owner cannot just leave");
    await inMenu(owner, guest, "messenger:owner.title");
    await owner.button("messenger:owner.submit").click();
    await until("leaving is open", async () => (await leave.getAttribute("aria-disabled")) === null);
    await leave.click();
    await stage.look(owner, "leave");
    // The screen of a chat that goes may still ask for it, its members, how far was read.
    owner.browser.allow(/404.*\/chats\/oc_[^)]*\)$/, 4);
    await owner.button("messenger:leave.submit").click();
    await until("the chat is not listed", async () => (await owner.chat(SECOND_NAME).count()) === 0);
    await guest.sees("messenger:members", { count: 1 });
  });
}

async function inMenu(person, other, key) {
  await person.button("messenger:details.actions", { name: other.name }).click();
  await person.named("menuitem", key).click();
}
