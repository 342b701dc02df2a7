/** Cards: asked by a program of the owner's, which speaks the interface that the page itself uses, and answered by clicking. */
import { ensure, until } from "../lib/until.mjs";
import { GROUP, picture } from "./share.mjs";

const TITLE = "午饭 Lunch on Friday";
const ALT = "The canteen by the river 河边食堂";

export async function ask(stage) {
  const { owner, guest } = stage;
  await owner.openChat(GROUP);
  await guest.openChat(GROUP);
  const chat = new URL(owner.page.url()).pathname.split("/").at(-1);
  const asked = guest.page.getByRole("region", { name: TITLE, exact: true });
  const come = asked.getByRole("button", { name: "I come 我来", exact: true });
  let card;

  await stage.step("a card comes with its picture, fields and inputs", async () => {
    const file = await brings(owner, chat, await picture(owner.page));
    const input = { client_id: crypto.randomUUID(), card: lunch(file.id) };
    card = await owner.calls("POST", `/chats/${chat}/cards`, input);
    await asked.getByText("12:30").waitFor();
    const tile = asked.getByRole("button", { name: ALT, exact: true });
    await until("the picture is drawn", () =>
      tile.locator("img").evaluate((image) => image.complete && image.naturalWidth > 0),
    );
    await stage.look(guest, "card");
    await tile.click();
    const viewer = guest.named("dialog", "talk:viewer.label", { name: file.name });
    await viewer.waitFor();
    await guest.page.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
  });

  await stage.step("what is needed is asked for, and what is answered is seen by the sender alone", async () => {
    await come.click();
    await asked.getByText(guest.t("talk:card.missing"), { exact: true }).waitFor();
    await stage.look(guest, "card-missing");
    await asked.getByLabel("Dish 菜", { exact: true }).selectOption("noodles");
    await asked.getByLabel("Nuts 坚果", { exact: true }).check();
    await asked.getByLabel("Note 备注", { exact: true }).fill("two of us\n两个人");
    await come.click();
    const confirm = guest.page.getByRole("dialog", { name: "I come 我来", exact: true });
    await confirm.getByText("A seat is kept for you.").waitFor();
    await confirm.getByRole("button", { name: "I come 我来", exact: true }).click();
    await until("the answer is marked", async () => (await come.getAttribute("aria-pressed")) === "true");
    const answers = await owner.calls("GET", `/chats/${chat}/messages/${card.id}/answers`);
    ensure(answers.items.length === 1, "one person has answered");
    const { account, answer } = answers.items[0];
    ensure(account.name === guest.name && answer.button === "come", "who answered, and how");
    const given = { dish: ["noodles"], diet: ["nuts"], note: ["two of us\n两个人"] };
    for (const [id, values] of Object.entries(given)) {
      ensure(JSON.stringify(answer.values[id]) === JSON.stringify(values), `${id} is ${answer.values[id]}`);
    }
    await guest.page.reload();
    await until("the answer stays", async () => (await come.getAttribute("aria-pressed")) === "true");
  });

  await stage.step("its sender shows what came of it, and takes no more answers", async () => {
    const { elements } = lunch("");
    const result = { element: "text", text: "**Noodles** it is 吃面" };
    const kept = elements.filter((element) => element.element !== "image");
    const closed = { ...lunch(""), tone: "positive", closed: true, elements: [result, ...kept] };
    await owner.calls("PUT", `/chats/${chat}/messages/${card.id}/card`, { card: closed });
    await asked.getByText("Noodles", { exact: true }).waitFor();
    ensure((await come.getAttribute("aria-pressed")) === "true", "what one has answered stays");
    await asked.getByText(guest.t("talk:card.closed"), { exact: true }).waitFor();
    ensure((await asked.getByRole("button", { name: ALT }).count()) === 0, "the picture has gone");
    ensure(await asked.getByLabel("Dish 菜", { exact: true }).isDisabled(), "nothing can be put in");
    await stage.look(guest, "card-closed");
  });
}

function lunch(file) {
  return {
    title: TITLE,
    tone: "accent",
    fallback: "Lunch on Friday: are you coming?",
    elements: [
      { element: "text", text: "We go *together*. 一起去吧。" },
      { element: "image", file, alt: ALT },
      {
        element: "fields",
        fields: [
          { label: "When 时间", text: "12:30" },
          { label: "Where 地点", text: "Canteen 食堂" },
        ],
      },
      { element: "divider" },
      {
        element: "select",
        id: "dish",
        label: "Dish 菜",
        required: true,
        options: [
          { label: "Rice 米饭", value: "rice" },
          { label: "Noodles 面条", value: "noodles" },
        ],
      },
      {
        element: "select",
        id: "diet",
        label: "Without 忌口",
        multiple: true,
        options: [
          { label: "Nuts 坚果", value: "nuts" },
          { label: "Fish 鱼", value: "fish" },
        ],
      },
      { element: "text_input", id: "note", label: "Note 备注", multiline: true },
      { element: "date_input", id: "day", label: "Another day 改天" },
      { element: "button", id: "come", label: "I come 我来", tone: "accent", confirm: "A seat is kept for you." },
      { element: "button", id: "no", label: "Not this time 下次" },
    ],
  };
}

async function brings(person, chat, bytes) {
  const begun = { client_id: crypto.randomUUID(), name: "食堂 canteen.png", size_bytes: bytes.length };
  const upload = await person.calls("POST", `/chats/${chat}/uploads`, begun);
  await person.calls("PUT", `/chats/${chat}/uploads/${upload.id}/parts/0`, bytes);
  return person.calls("POST", `/chats/${chat}/uploads/${upload.id}/finish`, {});
}
