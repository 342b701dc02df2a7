/** What belongs to a person: name, picture, theme, language; and the ways through the application by keys. */
import { ensure, until } from "../lib/until.mjs";

export async function own(stage) {
  const { owner, guest } = stage;

  await stage.step("a new name is seen by the other", async () => {
    await guest.settings("profile");
    const before = guest.name;
    guest.name = `${before} II`;
    await guest.field("identity:form.name").fill(guest.name);
    await guest.field("identity:profile.title").fill("结构工程师 / Structural engineer");
    await guest.button("identity:form.save").click();
    await guest.sees("identity:profile.saved");
    await owner.page.goto("/chats");
    await owner.chat(guest.name).waitFor();
  });

  await stage.step("a picture is put up, and what is none is refused", async () => {
    const input = guest.page.locator("input[type=file]");
    await input.setInputFiles({
      name: "note.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("no picture"),
    });
    await guest.sees("identity:profile.picture_kind");
    guest.browser.allow(/4\d\d.*\/me\/avatar\)$/);
    await input.setInputFiles({
      name: "broken.png",
      mimeType: "image/png",
      buffer: Buffer.from("no picture"),
    });
    await guest.page
      .getByRole("alert")
      .filter({ hasNotText: guest.t("identity:profile.picture_kind") })
      .waitFor();
    const picture = await owner.page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 240 } });
    await input.setInputFiles({ name: "me.png", mimeType: "image/png", buffer: picture });
    await guest.button("identity:profile.picture_remove").waitFor();
    await isDrawn(guest.page.getByRole("main").locator("img"));
    await stage.look(guest, "profile");
    await owner.page.reload();
    await isDrawn(owner.chat(guest.name).locator("img"));
  });

  await stage.step("theme and language change at once and stay", async () => {
    await guest.settings("preferences");
    await guest.named("radio", "settings:appearance.dark").check();
    await until("it is dark", async () => (await guest.page.getAttribute("html", "data-theme")) === "dark");
    const [here, there] = [guest.t, owner.t];
    const language = guest.field("settings:language.label");
    await language.selectOption(owner.language);
    guest.t = there;
    await guest.seesHeading("settings:appearance.title");
    await guest.page.reload();
    await guest.seesHeading("settings:appearance.title");
    ensure((await guest.page.getAttribute("html", "lang")) === owner.language, "the language stays");
    ensure((await guest.page.getAttribute("html", "data-theme")) === "dark", "the theme stays");
    await guest.field("settings:language.label").selectOption(guest.language);
    guest.t = here;
    await guest.seesHeading("settings:appearance.title");
    await guest.named("radio", "settings:appearance.system").check();
    await stage.look(guest, "preferences");
  });

  await stage.step("palette and shortcuts answer to keys", async () => {
    await guest.page.keyboard.press("Control+k");
    const palette = guest.page.getByRole("dialog");
    await palette.getByRole("combobox").fill(owner.name.slice(0, 3));
    await palette.getByRole("option").filter({ hasText: owner.name }).first().waitFor();
    await stage.look(guest, "palette");
    await guest.page.keyboard.press("Enter");
    await guest.page.getByRole("heading", { name: owner.name, exact: true }).waitFor();
    await guest.goTo("people");
    await stage.look(guest, "people");
    await guest.page.keyboard.press("?");
    await guest.dialog("app:own.shortcuts").waitFor();
    await stage.look(guest, "shortcuts");
    await guest.page.keyboard.press("Escape");
  });

  await stage.step("an address that leads nowhere says so", async () => {
    await guest.page.goto("/nowhere");
    await guest.sees("app:not_found.title");
    await stage.look(guest, "not-found");
    await guest.page.getByRole("link", { name: guest.t("app:not_found.back") }).click();
    await guest.isInside();
  });
}

async function isDrawn(picture) {
  await picture.first().waitFor();
  await until("the picture is drawn", () =>
    picture.first().evaluate((img) => img.complete && img.naturalWidth > 0),
  );
}
