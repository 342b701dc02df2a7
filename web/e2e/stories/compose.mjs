/** How a message is made: marks by buttons, emoji, what is pasted and dropped, and uploads that are given up or cut off. */
import { ensure, until } from "../lib/until.mjs";
import { GROUP, picture } from "./share.mjs";

const MIB = 1024 * 1024;

export async function compose(stage) {
  const { owner, guest } = stage;
  await owner.openChat(GROUP);
  await guest.openChat(GROUP);
  const tray = owner.named("list", "talk:upload.label");
  const isReady = () =>
    until("the files are there", async () => (await tray.getByRole("progressbar").count()) === 0, 60_000);

  await stage.step("buttons make marks, and an emoji is found by its name", async () => {
    await owner.box.fill("北岸计划 north");
    await owner.box.press("Control+a");
    if ((await owner.named("toolbar", "talk:format.label").count()) === 0) {
      await owner.button("talk:format.show").click();
    }
    await owner.button("talk:format.strong").click();
    await owner.box.press("End");
    await owner.button("talk:emoji.label").click();
    await owner.named("combobox", "talk:emoji.search").fill("rocket");
    await stage.look(owner, "emoji-picker");
    await owner.page.getByRole("option").filter({ hasText: "🚀" }).first().click();
    const typed = await owner.box.inputValue();
    ensure(typed.includes("**北岸计划 north**") && typed.includes("🚀"), `the box has ${typed}`);
    await owner.box.press("Enter");
    await guest.message("北岸计划 north").locator("strong").waitFor();
    await guest.message("北岸计划 north").getByText("🚀").waitFor();
  });

  await stage.step("a picture is pasted, and a file let go over the conversation", async () => {
    const bytes = (await picture(owner.page)).toString("base64");
    await owner.box.evaluate((box, base64) => {
      const data = new DataTransfer();
      const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([raw], "image.png", { type: "image/png" }));
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, bytes);
    await tray.getByRole("listitem").first().waitFor();
    await drags(owner, "dragenter");
    await owner.sees("messenger:drop", { name: GROUP });
    await stage.look(owner, "drop");
    await drags(owner, "drop");
    await tray.getByText("levels.csv").waitFor();
    await isReady();
    await owner.writes("粘贴与拖放");
    const sent = guest.message("粘贴与拖放");
    await sent.getByText("levels.csv").waitFor();
    await sent.getByRole("button", { name: /\.png/ }).waitFor();
  });

  await stage.step("an upload says how far it is, goes on when the line is back, and can be given up", async () => {
    const line = await owner.browser.context.newCDPSession(owner.page);
    const lets = (offline, uploadThroughput) =>
      line.send("Network.emulateNetworkConditions", {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    await line.send("Network.enable");
    await lets(false, 6 * MIB);
    owner.browser.allow(/ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket/, Number.POSITIVE_INFINITY);
    await adds(owner, "tide.bin", 20 * MIB);
    const progress = tray.getByRole("progressbar");
    await until("some of it is sent", async () => Number(await progress.getAttribute("value")) > 0, 30_000);
    await lets(true, 0);
    await tray.getByText(owner.t("talk:upload.waiting"), { exact: true }).waitFor({ timeout: 30_000 });
    await stage.look(owner, "upload-waiting");
    await lets(false, -1);
    await isReady();
    await adds(owner, "not this.bin", 4 * MIB);
    await owner.button("talk:upload.remove", { name: "not this.bin" }).click();
    await until("it is not listed", async () => (await tray.getByText("not this.bin").count()) === 0);
    await owner.writes("潮汐 tide");
    const sent = guest.message("潮汐 tide");
    await sent.getByText("tide.bin").waitFor();
    ensure((await sent.getByText("not this.bin").count()) === 0, "what was given up is not sent");
    await line.detach();
  });

  await stage.step("who types is told, and who is there", async () => {
    await guest.openChat(owner.name);
    await owner.openChat(guest.name);
    await guest.box.pressSequentially("我在想");
    await owner.sees("messenger:typing", { count: 1, people: guest.name });
    await owner.chat(guest.name).getByText(owner.t("messenger:online")).first().waitFor({ state: "attached" });
    await guest.box.fill("");
  });
}

/** Moves a file over the conversation, or lets it go. */
async function drags(person, type) {
  await person.box.evaluate((box, kind) => {
    const data = new DataTransfer();
    data.items.add(new File(["station;level\n1;2.4\n"], "levels.csv", { type: "text/csv" }));
    box.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, type);
}

/** Puts a large file into the box; its bytes are made where they are needed. */
async function adds(person, name, bytes) {
  await person.page
    .locator("input[type=file]")
    .first()
    .evaluate(
      (input, [called, size]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(size).fill(7)], called));
        input.files = data.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      },
      [name, bytes],
    );
}
