/** The second step: enrolment, sign-in with code and with recovery code; sessions that end where they should. */
import { Authenticator } from "../lib/totp.mjs";
import { ensure, until } from "../lib/until.mjs";

const REVOKED_WITHIN_MS = 5_000;

export async function prove(stage) {
  const { owner, guest } = stage;

  await stage.step("the second step is turned on", async () => {
    await guest.settings("security");
    await guest.sees("identity:totp.off");
    await guest.button("identity:totp.enrol").click();
    const dialog = guest.dialog("identity:totp.enrol");
    await dialog.getByLabel(guest.t("identity:form.password"), { exact: true }).fill(guest.password);
    await dialog.getByRole("button", { name: guest.t("identity:totp.next"), exact: true }).click();
    const picture = dialog.getByRole("img", { name: guest.t("identity:totp.qr"), exact: true });
    await picture.waitFor();
    await until("the QR code is drawn", () =>
      picture.evaluate((img) => img.complete && img.naturalWidth > 0),
    );
    await stage.look(guest, "totp-enrol");
    stage.authenticator = new Authenticator(await dialog.locator("code").innerText());
    await guest.field("identity:code.label").fill(await stage.authenticator.next());
    await guest.button("identity:totp.confirm").click();
    const codes = dialog.getByRole("list", { name: guest.t("identity:recovery.title"), exact: true });
    await codes.waitFor();
    await stage.look(guest, "recovery-codes");
    stage.codes = await codes.getByRole("listitem").allInnerTexts();
    ensure(stage.codes.length === 10, "there are ten recovery codes");
    await guest.button("identity:recovery.done").click();
    await guest.sees("identity:totp.on");
    await guest.sees("identity:totp.codes_left", { count: 10 });
    await stage.look(guest, "security");
  });

  await stage.step("a wrong password is refused, and says no more", async () => {
    await guest.signsOut();
    guest.browser.allow(/4\d\d.*\/sign-in\)$/);
    await guest.givesPassword("not the password at all");
    await guest.sees("refusals:identity.credentials_wrong");
    await stage.look(guest, "sign-in-wrong");
  });

  await stage.step("sign-in asks for the second step, takes no code twice", async () => {
    await guest.givesPassword();
    await guest.seesHeading("identity:second.title");
    await stage.look(guest, "sign-in-second");
    guest.browser.allow(/4\d\d.*\/sign-in\/second-factor\)$/);
    await guest.givesCode(stage.authenticator.used());
    await guest.page.locator("[aria-invalid=true], [role=alert]").first().waitFor();
    await guest.givesCode(await stage.authenticator.next());
    await guest.isInside();
  });

  await stage.step("a second device signs in with a recovery code", async () => {
    stage.device = await stage.enter("guest", guest.language);
    await stage.device.page.goto("/");
    await stage.device.givesPassword();
    await stage.device.button("identity:code.use_recovery").click();
    await stage.device.field("identity:code.recovery_label").fill(stage.codes.shift());
    await stage.device.button("identity:sign_in.submit").click();
    await stage.device.isInside();
    await guest.settings("security");
    await guest.page.reload();
    await guest.sees("identity:totp.codes_left", { count: 9 });
  });

  await stage.step("two devices of one person stay in step", async () => {
    // What earlier stories have left is read first.
    await guest.goTo("chats");
    await guest.openChat(owner.name);
    await guest.hasNothingUnread(owner.name);
    await guest.goTo("people");
    await stage.device.goTo("chats");
    await owner.openChat(guest.name);
    await owner.writes("Read me on one of them");
    await stage.device.unreadIs(owner.name, 1);
    await guest.openChat(owner.name);
    await guest.message("Read me on one of them").waitFor();
    await stage.device.hasNothingUnread(owner.name);
  });

  await stage.step("what is begun on one device goes on on the other", async () => {
    await guest.box.fill("Half of it 一半");
    await guest.goTo("people");
    await stage.device.openChat(owner.name);
    await until("the draft is there", async () => (await stage.device.box.inputValue()) === "Half of it 一半");
    await stage.device.writes("Half of it 一半, and the rest");
    await owner.message("and the rest").waitFor();
    await guest.openChat(owner.name);
    await guest.message("and the rest").waitFor();
    await until("it is begun no more", async () => (await guest.box.inputValue()) === "");
    await stage.device.goTo("people");
    await stage.device.goTo("chats");
  });

  await stage.step("a chat that is muted on one device is muted on the other", async () => {
    await guest.button("messenger:details.title").click();
    const mute = guest.named("switch", "messenger:details.mute");
    await mute.click();
    await guest.page.getByRole("switch", { checked: true }).waitFor();
    await stage.look(guest, "chat-muted");
    const mark = (person) => person.chat(owner.name).getByLabel(person.t("messenger:muted"), { exact: true });
    await mark(guest).waitFor();
    await mark(stage.device).waitFor();
    await guest.settings("preferences");
    await owner.writes("Nobody is called by this");
    await stage.device.unreadIs(owner.name, 1);
    const news = guest.page.getByRole("region", { name: guest.t("app:frame.toasts"), exact: true });
    ensure((await news.getByText("Nobody is called by this").count()) === 0, "a muted chat is not told");
    await guest.goTo("chats");
    await guest.chat(owner.name).click();
    await guest.message("Nobody is called by this").waitFor();
    // What stood there for a moment counts as read.
    await stage.device.hasNothingUnread(owner.name);
    await guest.button("messenger:details.title").click();
    await guest.named("switch", "messenger:details.mute").click();
    await guest.page.getByRole("switch", { checked: false }).waitFor();
    await until("the mark is gone on the other device", async () => (await mark(stage.device).count()) === 0);
    await guest.button("messenger:details.close").click();
  });

  await stage.step("a session is ended from the other device", async () => {
    await guest.settings("sessions");
    await guest.sees("identity:sessions.this");
    await stage.look(guest, "sessions");
    // What the signed-out device asks in its last moments is refused.
    stage.device.browser.allow(/401/, Number.POSITIVE_INFINITY);
    await guest.button("identity:sessions.end").click();
    const took = await until(
      "the other device is signed out",
      () => stage.device.named("heading", "identity:sign_in.title").isVisible(),
      REVOKED_WITHIN_MS,
    );
    await stage.device.sees("app:frame.session_ended");
    await until(
      "one session is listed",
      async () => (await guest.button("identity:sessions.end").count()) === 0,
    );
    return `after ${Math.round(took)} ms`;
  });
}
