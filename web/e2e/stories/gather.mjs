/** How a group is led: texts, rules, roles, and the ways in. */
import { ensure, until } from "../lib/until.mjs";

const GROUP = "工坊 Workshop";

export async function gather(stage) {
  const { owner, guest } = stage;
  const panel = (person) => person.page.getByRole("tabpanel");
  const open = async (person, tab) => {
    await person.openChat(GROUP);
    if ((await person.named("complementary", "messenger:details.title").count()) === 0) {
      await person.button("messenger:details.title").click();
    }
    await person.named("tab", `groups:tab.${tab}`).click();
  };

  await stage.step("an announcement stands above the messages of everybody", async () => {
    await open(owner, "settings");
    await owner.button("groups:change").last().click();
    await panel(owner).getByRole("textbox").fill("周五 **17:00** 下班前交图。");
    await owner.button("groups:save").click();
    await guest.openChat(GROUP);
    await guest.named("region", "groups:announcement.label").getByText("17:00").waitFor();
    await stage.look(guest, "announcement");
    await stage.look(owner, "details-settings");
  });

  await stage.step("only who leads writes, while the rule says so", async () => {
    const rule = owner.field("groups:posting.label");
    await rule.selectOption("managers");
    await guest.sees("talk:closed.managers");
    await stage.look(guest, "closed");
    await owner.named("tab", "groups:tab.about").click();
    await owner.button("messenger:details.actions", { name: guest.name }).click();
    await owner.named("menuitem", "messenger:details.make_manager").click();
    await guest.box.waitFor();
    await guest.writes("Managers write, 我也可以。");
    await owner.named("tab", "groups:tab.about").click();
    await owner.button("messenger:details.actions", { name: guest.name }).click();
    await owner.named("menuitem", "messenger:details.make_member").click();
    await guest.sees("talk:closed.managers");
    await owner.named("tab", "groups:tab.settings").click();
    await rule.selectOption("everyone");
  });

  await stage.step("everyone is mentioned by those who may", async () => {
    const everyone = async (person) => {
      await person.box.pressSequentially("@");
      const people = person.named("listbox", "messenger:mention.people");
      await people.getByRole("option").first().waitFor();
      return people.getByRole("option").filter({ hasText: person.t("messenger:mention.all") });
    };
    await owner.field("groups:mention_all.label").selectOption("managers");
    await guest.box.waitFor();
    await until("it is not offered to members", async () => {
      await guest.box.fill("");
      return (await (await everyone(guest)).count()) === 0;
    });
    await guest.box.fill("");
    await guest.goTo("people");
    await (await everyone(owner)).click();
    await owner.box.pressSequentially("集合");
    await owner.box.press("Enter");
    await guest.goTo("chats");
    await guest.chat(GROUP).getByRole("img", { name: guest.t("messenger:list.mentioned"), exact: true }).waitFor();
    await guest.openChat(GROUP);
  });

  await stage.step("a public group is found, asked for, and entered", async () => {
    await owner.field("groups:visibility.label").selectOption("public");
    await owner.field("groups:join.label").selectOption("approval");
    await leave(stage, guest);
    await guest.button("messenger:list.browse").click();
    await guest.seesHeading("groups:browse.title");
    await stage.look(guest, "browse");
    await guest.button("groups:browse.ask_name", { name: GROUP }).click();
    await guest.sees("groups:browse.asked");
    await owner.button("groups:request.accept_who", { name: guest.name }).click();
    await guest.chat(GROUP).waitFor();
  });

  await stage.step("a link lets people in, who see what is said from then on", async () => {
    await owner.field("groups:history.label").selectOption("since_joined");
    await owner.field("groups:join.label").selectOption("open");
    await owner.button("groups:link.make").click();
    const link = await owner.field("groups:link.address").inputValue();
    ensure(link.includes("#"), "the token stands behind the hash, where no server logs it");
    await leave(stage, guest);
    await guest.page.goto(link);
    await guest.seesHeadingText(GROUP);
    await stage.look(guest, "join-link");
    await guest.button("groups:join_link.join").click();
    await guest.page.getByRole("heading", { name: GROUP, exact: true }).waitFor();
    await guest.writes("Back again");
    await owner.message("Back again").waitFor();
    ensure((await owner.message("集合").count()) === 1, "who was inside sees it");
    ensure((await guest.message("集合").count()) === 0, "what was said before is not shown to newcomers");
  });

  await stage.step("nothing sounds in quiet hours", async () => {
    await guest.button("app:own.label").click();
    await guest.named("menuitem", "groups:quiet.title").click();
    await guest.button("groups:quiet.hour").click();
    await guest.named("img", "groups:quiet.on").waitFor();
    await guest.settings("preferences");
    await owner.openChat(guest.name);
    await owner.writes("不急，有空再看。");
    const toasts = guest.page.getByRole("region", { name: guest.t("app:frame.toasts"), exact: true });
    await until("the message has come", async () => /\(\d+\)/.test(await guest.page.title()));
    ensure((await toasts.getByText("不急").count()) === 0, "nothing appears in front");
    await guest.button("app:own.label").click();
    await guest.page.getByRole("menuitem").filter({ hasText: guest.t("groups:quiet.until", { when: "" }).trim() }).click();
    await guest.button("groups:quiet.end").click();
    await guest.named("img", "groups:quiet.on").waitFor({ state: "detached" });
  });

  await stage.step("a group is disbanded for everybody", async () => {
    await guest.goTo("chats");
    await open(owner, "settings");
    owner.browser.allow(/404.*\/chats\/oc_[^)]*\)$/, 12);
    guest.browser.allow(/404.*\/chats\/oc_[^)]*\)$/, 12);
    await owner.button("groups:disband.title").click();
    await owner.field("groups:disband.type").fill(GROUP);
    await stage.look(owner, "disband");
    await owner.button("groups:disband.submit").click();
    for (const person of [owner, guest]) {
      await until("the chat is not listed", async () => (await person.chat(GROUP).count()) === 0);
    }
  });
}

async function leave(stage, person) {
  person.browser.allow(/404.*\/chats\/oc_[^)]*\)$/, 8);
  await person.openChat(GROUP);
  if ((await person.named("complementary", "messenger:details.title").count()) === 0) {
    await person.button("messenger:details.title").click();
  }
  await person.named("tab", "groups:tab.about").click();
  await person.named("complementary", "messenger:details.title")
    .getByRole("button", { name: person.t("messenger:leave.title"), exact: true })
    .click();
  await person.button("messenger:leave.submit").click();
  await until("the chat is not listed", async () => (await person.chat(GROUP).count()) === 0);
}
