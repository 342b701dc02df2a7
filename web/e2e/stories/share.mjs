/** Files: sent, seen, looked at, kept, found again. */
import { readFileSync } from "node:fs";
import { ensure, until } from "../lib/until.mjs";

export const GROUP = "工坊 Workshop";
/** More than one part. */
export const LARGE = Buffer.alloc(9 * 1024 * 1024, "the northern station wrote this line. ");

export async function share(stage) {
  const { owner, guest } = stage;

  await stage.step("a picture and a large file go with a message", async () => {
    await owner.openChat(GROUP);
    await guest.openChat(GROUP);
    await owner.page
      .locator("input[type=file]")
      .first()
      .setInputFiles([
        { name: "码头 pier.png", mimeType: "image/png", buffer: await picture(owner.page) },
        { name: "readings.txt", mimeType: "text/plain", buffer: LARGE },
      ]);
    const tray = owner.named("list", "talk:upload.label");
    await tray.getByText("readings.txt").waitFor();
    await stage.look(owner, "upload");
    await until("the files are there", async () => (await tray.getByRole("progressbar").count()) === 0, 60_000);
    await owner.writes("两个文件");
    await guest.message("两个文件").getByText("readings.txt").waitFor();
  });

  await stage.step("the picture is shown, small and large", async () => {
    const tile = guest.button("talk:files.open", { name: "码头 pier.png" });
    await until("the small picture is drawn", () =>
      tile.locator("img").evaluate((image) => image.complete && image.naturalWidth > 0),
    );
    await stage.look(guest, "message-files");
    await tile.click();
    const viewer = guest.named("dialog", "talk:viewer.label", { name: "码头 pier.png" });
    await until("the large picture is drawn", () =>
      viewer.locator("img").evaluate((image) => image.complete && image.naturalWidth > 0),
    );
    await guest.page.keyboard.press("+");
    await stage.look(guest, "viewer");
    await guest.page.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });
  });

  await stage.step("a file is kept byte by byte", async () => {
    const waiting = guest.page.waitForEvent("download");
    await guest.link("talk:files.download_name", { name: "readings.txt" }).click();
    const download = await waiting;
    ensure(download.suggestedFilename() === "readings.txt", "a file keeps its name");
    ensure(LARGE.equals(readFileSync(await download.path())), "a file keeps its bytes");
  });

  await stage.step("files of the chat are found again", async () => {
    await guest.button("messenger:details.title").click();
    await guest.named("tab", "groups:tab.files").click();
    const panel = guest.page.getByRole("tabpanel");
    await panel.getByRole("button", { name: guest.t("talk:files.open", { name: "码头 pier.png" }) }).waitFor();
    await panel.getByRole("radio", { name: guest.t("groups:files.others"), exact: true }).check({ force: true });
    await panel.getByText("readings.txt").waitFor();
    await stage.look(guest, "details-files");
    await panel.getByRole("button", { name: guest.t("groups:files.show"), exact: true }).click();
    await guest.page.locator("article[data-lit]").filter({ hasText: "两个文件" }).first().waitFor();
    await guest.button("messenger:details.close").click();
  });
}

/** A picture that nobody has to ship. */
export async function picture(page) {
  const data = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 900;
    canvas.height = 600;
    const brush = canvas.getContext("2d");
    const sky = brush.createLinearGradient(0, 0, 0, 600);
    sky.addColorStop(0, "#8fb7e8");
    sky.addColorStop(1, "#f3d9b1");
    brush.fillStyle = sky;
    brush.fillRect(0, 0, 900, 600);
    brush.fillStyle = "#3d4f6b";
    brush.fillRect(120, 380, 640, 24);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(data.split(",")[1], "base64");
}
