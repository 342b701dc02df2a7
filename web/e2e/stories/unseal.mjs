/** The root key goes to custodians; the server is sealed, and they open it again, each in front of a browser. */
import { ensure, until } from "../lib/until.mjs";

const CUSTODIANS = ["Ana Weaver:operations", "陈思:board", "Max Brandt:security"];

export async function unseal(stage) {
  const { owner, guest, server } = stage;
  const words = "Said before the server was sealed.";
  let shares = [];

  await stage.step("somebody works", async () => {
    await owner.page.goto("/sign-up");
    await owner.field("identity:sign_up.organisation_name").fill(stage.organisation);
    await owner.field("identity:form.name").fill(owner.name);
    await owner.field("identity:form.mail").fill(owner.mail);
    await owner.field("identity:form.password").fill(owner.password);
    await owner.button("identity:sign_up.submit_organisation").click();
    await owner.page
      .getByRole("main")
      .getByRole("button", { name: owner.t("messenger:new.title") })
      .click();
    const dialog = owner.dialog("messenger:new.title");
    await dialog.getByRole("radio", { name: owner.t("messenger:new.group"), exact: true }).check();
    await dialog.getByLabel(owner.t("messenger:new.name"), { exact: true }).fill("Notes");
    await dialog.getByRole("button", { name: owner.t("messenger:new.create"), exact: true }).click();
    await owner.writes(words);
  });

  await stage.step("the keys of the organisation hang on a file", async () => {
    await owner.settings("keys");
    await owner.sees("vault:root.file");
    await stage.look(owner, "keys-file");
  });

  await stage.step("the root key goes to custodians, and nobody notices", async () => {
    const named = CUSTODIANS.flatMap((custodian) => ["--custodian", custodian]);
    const given = await server.kms(["shares", "give", ...named, "--threshold", "2"]);
    shares = given.shares.map(({ share }) => share);
    await server.kms(["shares", "take-over"], shares.slice(0, 2));
    await owner.page.reload();
    await owner.sees("vault:root.shares");
    await owner.sees("vault:root.shares_text", { shares: 3, threshold: 2 });
    await stage.look(owner, "keys-shares");
  });

  await stage.step("sealed in the middle of work, the page says so", async () => {
    for (const person of [owner, guest]) person.browser.allow(/503|WebSocket/, Number.POSITIVE_INFINITY);
    await server.kms(["seal"]);
    await owner.goTo("people");
    await owner.seesHeading("app:sealed.title");
    await owner.sees("app:sealed.entered", { entered: 0, threshold: 2 });
    await stage.look(owner, "sealed");
  });

  await stage.step("a custodian enters a share, and everybody sees it", async () => {
    await guest.page.goto("/");
    await guest.seesHeading("app:sealed.title");
    await guest.field("app:sealed.share").fill(shares[2]);
    await guest.page.keyboard.press("Enter");
    for (const person of [guest, owner]) await person.sees("app:sealed.entered", { entered: 1, threshold: 2 });
    ensure((await guest.field("app:sealed.share").inputValue()) === "", "the share is gone from the page");
    await stage.look(guest, "sealed-one");
  });

  await stage.step("a share that does not count is refused, with the reason", async () => {
    guest.browser.allow(/422/, 3);
    const refused = { [shares[2]]: "share_twice", "bastide1-nothing": "share_unreadable" };
    for (const [share, code] of Object.entries(refused)) {
      await guest.field("app:sealed.share").fill(share);
      await guest.button("app:sealed.submit").click();
      await guest.page.getByRole("alert").getByText(guest.t(`refusals:kms.${code}`)).waitFor();
    }
    await stage.look(guest, "sealed-refused");
  });

  await stage.step("begun anew, and opened by two others", async () => {
    await guest.button("app:sealed.reset").click();
    await guest.sees("app:sealed.reset_done");
    await guest.field("app:sealed.share").fill(shares[1]);
    await guest.button("app:sealed.submit").click();
    await guest.sees("app:sealed.entered", { entered: 1, threshold: 2 });
    await owner.markPage();
    await owner.field("app:sealed.share").fill(shares[0]);
    await owner.button("app:sealed.submit").click();
    await owner.isInside();
    await guest.seesHeading("identity:sign_in.title");
    await owner.pageWasNotReloaded();
    await owner.openChat("Notes");
    await owner.message(words).waitFor();
  });

  await stage.step("a restart seals it, and it is opened at the command line", async () => {
    owner.browser.allow(/ERR_/, Number.POSITIVE_INFINITY);
    guest.browser.allow(/ERR_/, Number.POSITIVE_INFINITY);
    await server.kill();
    await server.runSealed();
    await owner.seesHeading("app:sealed.title");
    await server.kms(["unseal"], [shares[1], shares[2]]);
    await owner.isInside();
    await until("what was said is there", async () => (await owner.message(words).count()) === 1);
    await owner.writes("Said after it.");
  });
}
