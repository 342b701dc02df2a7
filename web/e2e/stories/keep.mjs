/** What an organisation keeps: windows, retention, legal holds, room for files, imports. */
import { ensure, until } from "../lib/until.mjs";

/** What `arrive` has left: a group of the owner alone. */
const GROUP = "Notes to myself";

export async function keep(stage) {
  const { owner, guest } = stage;
  const { page } = owner;

  await stage.step("the pages are for administrators", async () => {
    await guest.page.goto("/settings/holds");
    await guest.sees("people:administrators_only");
    ensure(
      (await guest.page.getByRole("link", { name: guest.t("settings:page.holds") }).count()) === 0,
      "members are not led there",
    );
    await guest.page.goto("/chats");
  });

  await stage.step("a window is changed at once, and taken back", async () => {
    await owner.settings("messages");
    const edit = owner.field("keeping:windows.edit");
    const before = await edit.inputValue();
    await edit.selectOption("900");
    await owner.button("keeping:undo").click();
    await until("it is as it was", async () => (await edit.inputValue()) === before);
    await edit.selectOption(String(30 * 86_400));
    await owner.sees("keeping:saved");
    await owner.field("keeping:windows.recall").selectOption(String(7 * 86_400));
    await page.reload();
    await until("both have lasted", async () => {
      const recall = owner.field("keeping:windows.recall");
      return (await edit.inputValue()) === "2592000" && (await recall.inputValue()) === "604800";
    });
    await stage.look(owner, "policy");
  });

  await stage.step("a shorter time says what it deletes, and wants the organisation's name", async () => {
    await owner.field("keeping:retention.usual").selectOption("365");
    await owner.field("keeping:retention.least").selectOption("30");
    await owner.field("keeping:retention.greatest").selectOption("other");
    await page
      .getByLabel(owner.t("keeping:days.of", { label: owner.t("keeping:retention.greatest") }))
      .fill("90");
    await owner.button("keeping:save").click();
    await owner.sees("keeping:retention.order");
    await stage.look(owner, "policy-problem");
    await page
      .getByLabel(owner.t("keeping:days.of", { label: owner.t("keeping:retention.greatest") }))
      .fill("800");
    await owner.button("keeping:save").click();
    const dialog = owner.dialog("keeping:shorten_title");
    await dialog.getByText(owner.t("keeping:shorten.usual", { span: spanOf(owner, "years", 1) })).waitFor();
    await dialog.getByRole("textbox").fill("North");
    await owner.button("keeping:shorten_submit").click();
    await owner.sees("keeping:shorten_differs");
    await stage.look(owner, "policy-shorten");
    await dialog.getByRole("textbox").fill(stage.organisation);
    await owner.button("keeping:shorten_submit").click();
    await dialog.waitFor({ state: "detached" });
    await page.reload();
    await until("it has lasted", async () => {
      const greatest = owner.field("keeping:retention.greatest");
      return (await greatest.inputValue()) === "800";
    });
  });

  await stage.step("a group keeps for a time of its own, within the bounds", async () => {
    await owner.openChat(GROUP);
    await owner.button("messenger:details.title").click();
    await owner.named("tab", "groups:tab.settings").click();
    const field = owner.field("keeping:chat.label");
    const usual = owner.t("keeping:chat.usual", { span: spanOf(owner, "years", 1) });
    await field.getByText(usual).waitFor({ state: "attached" });
    ensure((await field.locator("option[value='7']").count()) === 0, "a week is below the bound");
    await field.selectOption("90");
    await owner.button("keeping:save").click();
    await owner.button("keeping:shorten_submit").click();
    await owner.sees("keeping:chat.hint", { span: spanOf(owner, "days", 90) });
    await field.scrollIntoViewIfNeeded();
    await stage.look(owner, "chat-keeping");
    await owner.button("messenger:details.close").click();
  });

  await stage.step("holds are placed on a chat and on the whole organisation", async () => {
    await owner.settings("holds");
    await owner.sees("keeping:hold.empty");
    await stage.look(owner, "holds-empty");
    await owner.button("keeping:hold.place").click();
    const dialog = owner.dialog("keeping:hold.place");
    await dialog.getByRole("combobox").fill(guest.name.slice(0, 2));
    await dialog.getByRole("option").filter({ hasText: guest.name }).waitFor();
    await page.keyboard.press("Enter");
    await owner.field("keeping:hold.reason").fill("2026-114 海港局采购纠纷 Harbour Authority, procurement");
    await stage.look(owner, "hold-place");
    await dialog.getByRole("button", { name: owner.t("keeping:hold.submit"), exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await owner.seesHeadingText(guest.name);
    await owner.button("keeping:hold.place").click();
    await dialog
      .getByRole("radio", { name: owner.t("keeping:hold.scope_all"), exact: true })
      .check({ force: true });
    await owner.field("keeping:hold.reason").fill("Audit 审计");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await owner.seesHeadingText(stage.organisation);
    await stage.look(owner, "holds");
  });

  await stage.step("a hold is released after a question", async () => {
    await owner.button("keeping:hold.release_name", { name: stage.organisation }).click();
    const dialog = owner.dialog("keeping:hold.release_title");
    await stage.look(owner, "hold-release");
    await dialog.getByRole("button", { name: owner.t("keeping:hold.release"), exact: true }).click();
    await owner.sees("keeping:hold.released");
    await page
      .getByRole("heading", { name: stage.organisation, exact: true, level: 3 })
      .waitFor({ state: "detached" });
    await owner.seesHeadingText(guest.name);
  });

  await stage.step("the room for files is limited", async () => {
    await owner.settings("storage");
    await page
      .getByRole("radio", { name: owner.t("keeping:storage.own"), exact: true })
      .check({ force: true });
    await owner.field("keeping:storage.amount").fill("many");
    await owner.button("keeping:save").click();
    await owner.sees("keeping:storage.wrong");
    await owner.field("keeping:storage.amount").fill("5");
    await owner.button("keeping:save").click();
    await page.getByRole("meter", { name: owner.t("keeping:storage.title"), exact: true }).waitFor();
    await stage.look(owner, "storage");
  });

  await stage.step("imports say how one is begun", async () => {
    await owner.settings("imports");
    await owner.sees("keeping:import.empty");
    await page.getByText("bastide import slack export.zip").first().waitFor();
    await stage.look(owner, "imports");
    await owner.goTo("chats");
  });

  await stage.step("? lists the keys", async () => {
    await page.keyboard.press("?");
    await owner.dialog("app:own.shortcuts").waitFor();
    await stage.look(owner, "shortcuts");
    await page.keyboard.press("Escape");
  });
}

const spanOf = (person, unit, count) => person.t(`keeping:span.${unit}`, { count });
