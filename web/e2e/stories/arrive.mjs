/** An organisation signs up, and a colleague comes in by a link. */
import { ensure } from "../lib/until.mjs";

export async function arrive(stage) {
  const { owner, guest } = stage;

  await stage.step("sign-up says what is missing", async () => {
    await owner.page.goto("/");
    await owner.seesHeading("identity:sign_in.title");
    ensure(
      (await owner.page.getAttribute("html", "lang")) === owner.language,
      "the page is in the browser's language",
    );
    await stage.look(owner, "sign-in");
    await owner.link("identity:sign_in.to_sign_up").click();
    await owner.seesHeading("identity:sign_up.title");
    await stage.look(owner, "sign-up");
    await owner.button("identity:sign_up.submit_organisation").click();
    await owner.sees("identity:form.required");
    await owner.page.locator("input:focus[aria-invalid=true]").waitFor();
    await stage.look(owner, "sign-up-problems");
  });

  await stage.step("an organisation is created", async () => {
    await owner.field("identity:sign_up.organisation_name").fill(stage.organisation);
    await owner.field("identity:form.name").fill(owner.name);
    await owner.field("identity:form.mail").fill(owner.mail);
    await owner.field("identity:form.password").fill(owner.password);
    await owner.button("identity:sign_up.submit_organisation").click();
    await owner.sees("messenger:list.empty");
    await stage.look(owner, "chats-empty");
  });

  await stage.step("the first message is sent, in a group of one", async () => {
    await owner.page
      .getByRole("main")
      .getByRole("button", { name: owner.t("messenger:new.title") })
      .click();
    const dialog = owner.dialog("messenger:new.title");
    await dialog.getByRole("radio", { name: owner.t("messenger:new.group"), exact: true }).check();
    await dialog.getByLabel(owner.t("messenger:new.name"), { exact: true }).fill("Notes to myself");
    await dialog.getByRole("button", { name: owner.t("messenger:new.create"), exact: true }).click();
    await owner.writes("The first words in this house.");
    return stage.round === "first" ? `${stage.actedForS.toFixed(1)} s after the start of an empty server` : "";
  });

  await stage.step("an invitation is made", async () => {
    await owner.settings("invitations");
    await owner.sees("people:invitations.empty");
    await owner.page
      .getByRole("main")
      .getByRole("button", { name: owner.t("people:invite.title") })
      .click();
    await owner.dialog("people:invite.title").waitFor();
    await stage.look(owner, "invite");
    await owner.button("people:invite.submit").click();
    await owner.seesHeading("people:invite.made_title");
    await stage.look(owner, "invite-made");
    await owner.button("people:copy").click();
    await owner.button("people:copied").waitFor();
    stage.invitation = await owner.page.evaluate(() => navigator.clipboard.readText());
    ensure(
      stage.invitation === (await owner.field("people:invite.link").inputValue()),
      "the link shown is the link copied",
    );
    await owner.button("people:invite.done").click();
    await owner.sees("people:invitation_state.open");
    await stage.look(owner, "invitations");
  });

  await stage.step("a colleague joins by the link", async () => {
    await guest.page.goto(stage.invitation);
    await guest.seesHeading("identity:join.title", { tenant: stage.organisation });
    await stage.look(guest, "join");
    await guest.field("identity:form.name").fill(guest.name);
    await guest.field("identity:form.mail").fill(guest.mail);
    await guest.field("identity:form.password").fill(guest.password);
    await guest.button("identity:join.submit").click();
    await guest.isInside();
    await guest.sees("messenger:list.empty");
  });

  await stage.step("the link works once", async () => {
    guest.browser.allow(/4\d\d.*\/invitations\/inspect/);
    await guest.page.goto("/people");
    await guest.page.goto(stage.invitation);
    await guest.seesHeading("identity:join.invalid_title");
    await stage.look(guest, "join-invalid");
    await guest.page.goto("/chats");
    await guest.sees("messenger:list.empty");
  });

  await stage.step("the directory shows both", async () => {
    await owner.goTo("people");
    await owner.page.getByRole("link").filter({ hasText: guest.name }).click();
    await owner.page.getByRole("heading", { name: guest.name }).waitFor();
    await stage.look(owner, "person");
  });
}
