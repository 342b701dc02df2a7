/** Other ways in: a personal space, sign-up that is closed or by code, and one person in two organisations. */
import { until } from "../lib/until.mjs";

export async function found(stage) {
  const { owner, guest, server } = stage;
  const newcomer = await stage.enter("newcomer", guest.language);
  const founder = await stage.enter("founder", owner.language);

  await stage.step("somebody makes a space of their own", async () => {
    await newcomer.page.goto("/sign-up");
    await newcomer.named("radio", "identity:sign_up.personal").check();
    await until(
      "no organisation is asked for",
      async () => (await newcomer.field("identity:sign_up.organisation_name").count()) === 0,
    );
    await stage.look(newcomer, "sign-up-personal");
    await signsUp(newcomer, "identity:sign_up.submit_personal");
    await newcomer.sees("messenger:list.empty");
    await newcomer.goTo("people");
    await stage.look(newcomer, "personal-people");
    await newcomer.settings("profile");
    await stage.look(newcomer, "personal-settings");
    await newcomer.signsOut();
  });

  await stage.step("the operator closes sign-up", async () => {
    await server.admin("sign-up", "closed");
    await founder.page.goto("/sign-up");
    await founder.seesHeading("identity:sign_up.closed_title");
    await stage.look(founder, "sign-up-closed");
    await founder.page.goto("/sign-in");
    await founder.sees("identity:sign_in.by_invitation");
    await stage.dismiss(newcomer);
  });

  await stage.step("with a code from the operator an organisation is created", async () => {
    await server.admin("sign-up", "code");
    const code = await server.admin("sign-up-code");
    await founder.page.goto("/sign-up");
    await founder.field("identity:sign_up.code").fill("not a code of anybody");
    await founder.field("identity:sign_up.organisation_name").fill(stage.otherOrganisation);
    founder.browser.allow(/4\d\d.*\/sign-up\)$/);
    await signsUp(founder, "identity:sign_up.submit_organisation");
    await founder.page.locator("[aria-invalid=true], [role=alert]").first().waitFor();
    await stage.look(founder, "sign-up-code");
    await founder.field("identity:sign_up.code").fill(code);
    await founder.button("identity:sign_up.submit_organisation").click();
    await founder.sees("messenger:list.empty");
    await server.admin("sign-up", "open");
  });

  await stage.step("somebody who is here already joins it as themselves", async () => {
    await founder.settings("invitations");
    await founder.page
      .getByRole("main")
      .getByRole("button", { name: founder.t("people:invite.title") })
      .click();
    await founder.button("people:invite.submit").click();
    const link = await founder.field("people:invite.link").inputValue();
    await founder.button("people:invite.done").click();
    await guest.page.goto("/people");
    await guest.page.goto(link);
    await guest.seesHeading("identity:join.title", { tenant: stage.otherOrganisation });
    await stage.look(guest, "join-as-oneself");
    await guest.button("identity:join.as", { mail: guest.mail }).click();
    await guest.isInside();
    await guest.sees("messenger:list.empty");
  });

  await stage.step("chats of one organisation are not seen in the other", async () => {
    // What was asked under way, in the name of the account before, finds nobody in the organisation of the one after.
    guest.browser.allow(/404.*\/api\/v1\/accounts\/u_/, Number.POSITIVE_INFINITY);
    await founder.goTo("chats");
    await founder.page.keyboard.press("Alt+n");
    const dialog = founder.dialog("messenger:new.title");
    await dialog.getByRole("combobox").fill(guest.mail);
    await dialog.getByRole("option").first().click();
    await founder.writes("Welcome on this side");
    await guest.unreadIs(founder.name, 1);
    await guest.button("app:own.label").click();
    await stage.look(guest, "two-organisations");
    await guest.page.keyboard.press("Escape");
    await guest.picksOrganisation(stage.organisation);
    await guest.chat(owner.name).waitFor();
    await until("the other chat is not listed", async () => (await guest.chat(founder.name).count()) === 0);
    await owner.openChat(guest.name);
    await owner.writes("And on this one");
    await guest.unreadIs(owner.name, 1);
    await guest.picksOrganisation(stage.otherOrganisation);
    await guest.openChat(founder.name);
    await guest.message("Welcome on this side").waitFor();
    await guest.writes("Glad to be here");
    await founder.message("Glad to be here").waitFor();
    await guest.picksOrganisation(stage.organisation);
    await guest.openChat(owner.name);
    await guest.message("And on this one").waitFor();
    await stage.dismiss(founder);
  });
}

async function signsUp(person, submit) {
  await person.field("identity:form.name").fill(person.name);
  await person.field("identity:form.mail").fill(person.mail);
  await person.field("identity:form.password").fill(person.password);
  await person.button(submit).click();
}
