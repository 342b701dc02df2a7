/** What somebody does about their own protection: password, recovery codes, the second step, the picture. */
import { ensure, until } from "../lib/until.mjs";

export async function protect(stage) {
  const { owner, guest } = stage;

  await stage.step("the picture is taken down", async () => {
    await guest.settings("profile");
    await guest.button("identity:profile.picture_remove").click();
    await guest.button("identity:profile.picture_add").waitFor();
    await until(
      "the picture is gone",
      async () => (await guest.page.getByRole("main").locator("img").count()) === 0,
    );
    await owner.page.goto("/chats");
    await owner.chat(guest.name).waitFor();
    ensure((await owner.chat(guest.name).locator("img").count()) === 0, "others do not see it either");
  });

  await stage.step("a new password asks for the old one, and ends the other sessions", async () => {
    const device = await stage.enter("guest", guest.language);
    device.password = guest.password;
    device.name = guest.name;
    await device.page.goto("/");
    await device.signsInWithRecovery(stage.codes.shift());
    await device.isInside();
    // What the signed-out device asks in its last moments is refused.
    device.browser.allow(/401/, Number.POSITIVE_INFINITY);

    await guest.settings("security");
    const fresh = `${guest.password}, and once more`;
    await guest.field("identity:password.current").fill("not the password at all");
    await guest.field("identity:password.new").fill(fresh);
    await guest.field("identity:password.again").fill(`${fresh}!`);
    await guest.button("identity:password.change").click();
    await guest.sees("identity:password.differs");
    await guest.field("identity:password.again").fill(fresh);
    guest.browser.allow(/4\d\d.*\/me\/password\)$/);
    await guest.button("identity:password.change").click();
    await guest.page.locator("[aria-invalid=true], [role=alert]").first().waitFor();
    await stage.look(guest, "password-wrong");
    await guest.field("identity:password.current").fill(guest.password);
    await guest.button("identity:password.change").click();
    await guest.sees("identity:password.changed");
    guest.password = fresh;
    await device.seesHeading("identity:sign_in.title");
    await stage.dismiss(device);
    await guest.goTo("chats");
    await guest.isInside();
  });

  await stage.step("recovery codes are renewed, and the old ones are void", async () => {
    const old = stage.codes.shift();
    await guest.settings("security");
    await guest.button("identity:totp.new_codes").click();
    const dialog = guest.dialog("identity:totp.new_codes");
    await dialog
      .getByLabel(guest.t("identity:code.label"), { exact: true })
      .fill(await stage.authenticator.next());
    await dialog.getByRole("button", { name: guest.t("identity:totp.new_codes"), exact: true }).click();
    const list = dialog.getByRole("list", { name: guest.t("identity:recovery.title"), exact: true });
    await list.waitFor();
    await stage.look(guest, "recovery-codes-new");
    stage.codes = await list.getByRole("listitem").allInnerTexts();
    ensure(stage.codes.length === 10 && !stage.codes.includes(old), "there are ten new codes");
    await guest.button("identity:recovery.done").click();
    await guest.sees("identity:totp.codes_left", { count: 10 });

    await guest.signsOut();
    guest.browser.allow(/4\d\d.*\/sign-in\/second-factor\)$/);
    await guest.signsInWithRecovery(old);
    await guest.sees("refusals:identity.code_wrong");
    await guest.field("identity:code.recovery_label").fill(stage.codes.shift());
    await guest.button("identity:sign_in.submit").click();
    await guest.isInside();
  });

  await stage.step("the second step is turned off with password and code", async () => {
    await guest.settings("security");
    await guest.sees("identity:totp.codes_left", { count: 9 });
    await guest.button("identity:totp.remove").click();
    const dialog = guest.dialog("identity:totp.remove");
    await dialog.getByLabel(guest.t("identity:form.password"), { exact: true }).fill(guest.password);
    await dialog
      .getByLabel(guest.t("identity:code.label"), { exact: true })
      .fill(await stage.authenticator.next());
    await stage.look(guest, "totp-remove");
    await dialog.getByRole("button", { name: guest.t("identity:totp.remove"), exact: true }).click();
    await guest.sees("identity:totp.off");
    await guest.button("identity:totp.enrol").waitFor();
    await stage.look(guest, "security-off");
    await guest.signsOut();
    await guest.givesPassword();
    await guest.isInside();
  });
}
