/** What a person takes along: an archive of their own messages and files. */
import { readFileSync } from "node:fs";
import { ensure } from "../lib/until.mjs";
import { GROUP, LARGE } from "./share.mjs";

/** An archive is made within this, with whatever the stories before have left in it. */
const MADE_WITHIN_MS = 60_000;

export async function carry(stage) {
  const { owner } = stage;
  const list = owner.named("list", "exports:list");

  await stage.step("an archive of one's own is made while somebody looks on", async () => {
    await owner.settings("data");
    await owner.sees("exports:empty");
    await stage.look(owner, "own-data-empty");
    await owner.button("exports:begin").click();
    await list.getByRole("listitem").waitFor();
    await list.getByRole("link").waitFor({ timeout: MADE_WITHIN_MS });
    await stage.look(owner, "own-data");
  });

  await stage.step("it is downloaded, and has what was sent and nothing of the other", async () => {
    const waiting = owner.page.waitForEvent("download");
    await list.getByRole("link").click();
    const download = await waiting;
    ensure(/^bastide-\d{4}-\d\d-\d\d\.zip$/.test(download.suggestedFilename()), "it says what it is");
    const archive = readFileSync(await download.path());
    ensure(archive.readUInt32LE(0) === 0x04034b50, "it is a ZIP archive");
    // Members are stored as they are.
    ensure(archive.includes(LARGE), "the file is in it");
    ensure(archive.includes("两个文件"), "what the owner wrote is in it");
    ensure(!archive.includes("Ten is fine."), "what the guest wrote is not");
  });

  await stage.step("one that is not wanted any more is deleted", async () => {
    await list.getByRole("button").last().click();
    await stage.look(owner, "own-data-delete");
    await owner.dialog("exports:ask_title.delete").getByRole("button").last().click();
    await owner.sees("exports:empty");
    await owner.openChat(GROUP);
  });
}
