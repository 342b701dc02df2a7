/** What an administrator does: invitations that are taken back, roles, and members who are suspended and restored. */
import { ensure, until } from "../lib/until.mjs";

export async function lead(stage) {
  const { owner, guest } = stage;

  await stage.step("an invitation is withdrawn, and its link leads nowhere", async () => {
    await owner.settings("invitations");
    await owner.page
      .getByRole("main")
      .getByRole("button", { name: owner.t("people:invite.title") })
      .click();
    await owner.field("people:invite.mail").fill(`late.${stage.round}@shore.example`);
    await owner.button("people:invite.submit").click();
    await owner.seesHeading("people:invite.made_title");
    const link = await owner.field("people:invite.link").inputValue();
    await owner.button("people:invite.done").click();
    const row = owner.page.getByRole("listitem").filter({ hasText: `late.${stage.round}@shore.example` });
    await row.getByRole("button", { name: owner.t("people:invitations.revoke"), exact: true }).click();
    await row.getByText(owner.t("people:invitation_state.withdrawn"), { exact: true }).waitFor();
    await stage.look(owner, "invitation-withdrawn");

    guest.browser.allow(/4\d\d.*\/invitations\/inspect/);
    await guest.page.goto("/people");
    await guest.page.goto(link);
    await guest.seesHeading("identity:join.invalid_title");
    await guest.page.goto("/chats");
    await guest.isInside();
  });

  await stage.step("a member becomes an administrator", async () => {
    await guest.page.goto("/settings/members");
    await guest.sees("people:administrators_only");
    await stage.look(guest, "administrators-only");
    await pick(owner, guest, "people:members.make_administrator");
    await owner.sees("people:members.made_administrator", { name: guest.name });
    // The guest's page learns of it by itself.
    await guest.page.getByRole("row").filter({ hasText: owner.mail }).waitFor();
    await guest.page
      .getByRole("navigation", { name: guest.t("settings:title"), exact: true })
      .getByText(stage.organisation, { exact: true })
      .waitFor();
    const own = guest.page.getByRole("row").filter({ hasText: owner.mail });
    await own.getByRole("button").click();
    await stage.look(guest, "members-administrator");
    const suspend = guest.named("menuitem", "people:members.suspend");
    ensure((await suspend.getAttribute("aria-disabled")) === "true", "the owner cannot be suspended");
    await guest.page.keyboard.press("Escape");
  });

  await stage.step("and an ordinary member again", async () => {
    await pick(owner, guest, "people:members.make_member");
    await owner.sees("people:members.made_member", { name: guest.name });
    await guest.sees("people:administrators_only");
  });

  await stage.step("who is suspended cannot sign in until restored", async () => {
    guest.browser.allow(/401/, Number.POSITIVE_INFINITY);
    await pick(owner, guest, "people:members.suspend");
    const row = owner.page.getByRole("row").filter({ hasText: guest.mail });
    await row.getByText(owner.t("people:state.suspended"), { exact: true }).waitFor();
    await stage.look(owner, "member-suspended");
    await guest.seesHeading("identity:sign_in.title");
    guest.browser.allow(/4\d\d.*\/sign-in\)$/);
    await guest.givesPassword();
    await guest.page.getByRole("alert").first().waitFor();
    await stage.look(guest, "sign-in-suspended");

    await pick(owner, guest, "people:members.restore");
    await owner.sees("people:members.restored", { name: guest.name });
    await until(
      "the row says so",
      async () => (await row.getByText(owner.t("people:state.suspended"), { exact: true }).count()) === 0,
    );
    await guest.givesPassword();
    await guest.isInside();
  });
}

async function pick(person, other, key) {
  await person.settings("members");
  await person.button("people:members.actions_for", { name: other.name }).click();
  await person.named("menuitem", key).click();
}
