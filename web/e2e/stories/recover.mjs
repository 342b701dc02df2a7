/** A password is reset: asked for, and started by an administrator, who never gets in by it. */
import { ensure, until } from "../lib/until.mjs";

export async function recover(stage) {
  const { owner, guest, device } = stage;

  await stage.step("asking for a reset tells nothing about who exists", async () => {
    await device.page.getByRole("link", { name: device.t("identity:sign_in.forgot"), exact: true }).click();
    await device.seesHeading("identity:recover.title");
    await stage.look(device, "recover");
    await device.field("identity:form.mail").fill("nobody@shore.example");
    await device.button("identity:recover.submit").click();
    await device.seesHeading("identity:recover.sent_title");
    await stage.look(device, "recover-sent");
  });

  await stage.step("an administrator starts a reset and is handed a link", async () => {
    await owner.settings("members");
    await owner.page.getByRole("row").filter({ hasText: guest.mail }).waitFor();
    await stage.look(owner, "members");
    await owner.button("people:members.actions_for", { name: guest.name }).click();
    await stage.look(owner, "members-menu");
    await owner.named("menuitem", "people:reset.title").click();
    await owner.dialog("people:reset.title").waitFor();
    await stage.look(owner, "reset-link");
    stage.link = await owner.field("people:reset.link").inputValue();
    await owner.page.keyboard.press("Escape");
    await until("the link is put away", async () => (await owner.dialog("people:reset.title").count()) === 0);
  });

  await stage.step("the link alone is not enough", async () => {
    await device.page.goto("/people");
    await device.page.goto(stage.link);
    await device.seesHeading("identity:recover.finish_title");
    await stage.look(device, "recover-finish");
    guest.password = `${guest.password}, twice`;
    await device.field("identity:password.new").fill(guest.password);
    await device.field("identity:password.again").fill(guest.password);
    device.browser.allow(/4\d\d.*\/password-reset\/finish\)$/);
    await device.button("identity:recover.finish_submit").click();
    await device.seesHeading("identity:second.title");
    await stage.look(device, "recover-proof");
  });

  await stage.step("with a recovery code it sets the password and ends every session", async () => {
    guest.browser.allow(/401/, Number.POSITIVE_INFINITY);
    await device.button("identity:code.use_recovery").click();
    await device.field("identity:code.recovery_label").fill(stage.codes.shift());
    await device.button("identity:recover.finish_submit").click();
    await device.seesHeading("identity:recover.done_title");
    await guest.seesHeading("identity:sign_in.title");
    await stage.look(device, "recover-done");
    await stage.dismiss(device);
  });

  await stage.step("the new password and a code open the door again", async () => {
    await guest.givesPassword();
    await guest.seesHeading("identity:second.title");
    await guest.givesCode(await stage.authenticator.next());
    await guest.isInside();
  });

  await stage.step("who is suspended is out, and back when restored", async () => {
    await owner.button("people:members.actions_for", { name: guest.name }).click();
    await owner.named("menuitem", "people:members.suspend").click();
    await guest.seesHeading("identity:sign_in.title");
    await owner.button("people:undo").click();
    await owner.sees("people:members.undone");
    await guest.givesPassword();
    await guest.button("identity:code.use_recovery").click();
    await guest.field("identity:code.recovery_label").fill(stage.codes.shift());
    await guest.button("identity:sign_in.submit").click();
    await guest.isInside();
    await until("the row is as before", async () => {
      const row = owner.page.getByRole("row").filter({ hasText: guest.mail });
      return (await row.getByText(owner.t("people:state.suspended"), { exact: true }).count()) === 0;
    });
    ensure(stage.codes.length === 7, "three recovery codes were used");
  });
}
