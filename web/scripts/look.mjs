/**
 * Takes pictures of every screen of the mock build, in both themes and both
 * languages at three widths, and runs axe on each with real colours.
 *
 *   npm run build:mock && npm run look [-- part-of-a-name …]
 *
 * CHROMIUM names the browser, WIDTH=390 looks at one width only. Pictures go to `.shots/`. Ends with 1 when axe
 * finds a serious violation or the page reports an error.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { preview } from "vite";

const ALL_WIDTHS = [
  [1440, 900],
  [768, 1024],
  [390, 844],
];
const WIDTHS = ALL_WIDTHS.filter(([width]) => !process.env.WIDTH || Number(process.env.WIDTH) === width);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** name, address, stage of the mock, what to do before looking. */
const SCREENS = [
  ["sign-in", "/sign-in", "signed-out"],
  ["sign-in-wrong", "/sign-in", "signed-out", wrongPassword],
  ["sign-in-second", "/sign-in", "signed-out,totp", secondStep],
  ["sign-up", "/sign-up", "signed-out,seal-bar"],
  [
    "sign-up-problems",
    "/sign-up",
    "signed-out,code",
    (page) => page.locator("form button[type=submit]").click(),
  ],
  ["sign-up-closed", "/sign-up", "signed-out,closed"],
  ["join", "/join#invite-iv_2", "signed-out"],
  ["join-invalid", "/join#nothing", "signed-out"],
  ["recover", "/recover", "signed-out"],
  ["recover-finish", "/recover/finish#reset-demo", "signed-out"],
  ["sealed", "/chats", "sealed"],
  ["sealed-progress", "/chats", "sealed=one"],
  ["sealed-wrong", "/chats", "sealed=one", wrongShare],
  ["sealed-file", "/chats", "sealed,file"],
  ["unreachable", "/chats", "unreachable"],
  ["not-found", "/nowhere", ""],
  ["chats", "/chats", "seal-bar"],
  ["chats-empty", "/chats", "empty"],
  ["chats-error", "/chats", "chats-fail"],
  ["chats-loading", "/chats", "chats-wait"],
  ["conversation", "/chats/oc_all", ""],
  ["conversation-long", "/chats/oc_long", ""],
  ["conversation-unread", "/chats/oc_budget", ""],
  ["conversation-details", "/chats/oc_all?details=true", ""],
  ["conversation-direct", "/chats/oc_d_ana?details=true", ""],
  ["conversation-states", "/chats/oc_design", "", sendingStates],
  [
    "conversation-mention",
    "/chats/oc_sensors",
    "",
    (page) => page.locator("textarea").pressSequentially("@"),
  ],
  ["talk", "/chats/oc_field", ""],
  ["talk-top", "/chats/oc_field", "", (page) => scrollUp(page)],
  ["talk-toolbar", "/chats/oc_field", "", toolbar],
  ["talk-menu", "/chats/oc_field", "", messageMenu],
  ["talk-react", "/chats/oc_field", "", pickEmoji],
  ["talk-compose", "/chats/oc_field", "", compose],
  ["talk-history", "/chats/oc_field", "", (page) => press(page, "edited")],
  ["talk-readers", "/chats/oc_field", "", readers],
  ["talk-forward", "/chats/oc_field", "", forward],
  ["talk-select", "/chats/oc_field", "", select],
  ["talk-viewer", "/chats/oc_field", "", viewer],
  ["thread", "/chats/oc_field", "", openThread],
  ["threads", "/chats/threads", ""],
  ["details-files", "/chats/oc_field?details=true&tab=files", ""],
  ["details-pins", "/chats/oc_field?details=true&tab=pins", ""],
  ["details-settings", "/chats/oc_field?details=true&tab=settings", ""],
  ["disband", "/chats/oc_field?details=true&tab=settings", "", disband],
  ["browse", "/chats/browse", ""],
  ["join-link", "/chats/join#demo-link", ""],
  ["join-link-invalid", "/chats/join#nothing", ""],
  ["quiet", "/chats", "", quiet],
  ["new-group", "/chats", "", newGroup],
  ["palette", "/chats", "", (page) => page.keyboard.press("Control+k")],
  ["shortcuts", "/chats", "", (page) => page.keyboard.press("?")],
  [
    "offline",
    "/chats/oc_design",
    "",
    (page) => page.evaluate(() => window.dispatchEvent(new Event("offline"))),
  ],
  ["people", "/people/u_max", ""],
  ["settings", "/settings", ""],
  ["profile", "/settings/profile", ""],
  ["security", "/settings/security", "totp"],
  ["security-enrol", "/settings/security", "", enrol],
  ["sessions", "/settings/sessions", ""],
  ["preferences", "/settings/preferences", ""],
  ["own-data", "/settings/data", "exports"],
  ["own-data-empty", "/settings/data", ""],
  ["members", "/settings/members", ""],
  ["invitations", "/settings/invitations", ""],
  ["policy", "/settings/messages", ""],
  ["policy-shorten", "/settings/messages", "", shorten],
  ["holds", "/settings/holds", "keeping"],
  ["holds-empty", "/settings/holds", ""],
  ["hold-place", "/settings/holds", "keeping", (page) => page.locator("main header button").last().click()],
  ["hold-release", "/settings/holds", "keeping", (page) => page.locator("main li button").first().click()],
  ["storage", "/settings/storage", "keeping"],
  ["storage-own", "/settings/storage", "", (page) => page.locator("main fieldset label").nth(1).click()],
  ["keys", "/settings/keys", ""],
  ["keys-file", "/settings/keys", "file"],
  ["imports", "/settings/imports", "keeping"],
  ["imports-empty", "/settings/imports", ""],
  ["not-for-members", "/settings/holds", "member"],
  ["invite", "/settings/invitations", "", (page) => page.locator("main section button").first().click()],
];

async function wrongPassword(page) {
  await page.locator("input[type=email]").fill("lin@north.example");
  await page.locator("input[autocomplete=current-password]").fill("not this one");
  await page.locator("form button[type=submit]").click();
}

async function wrongShare(page) {
  await page.locator("input[type=password]").fill("bastide1-elsewhere");
  await page.locator("form button[type=submit]").click();
  await page.locator("[role=alert]").waitFor();
}

async function secondStep(page) {
  await page.locator("input[type=email]").fill("lin@north.example");
  await page.locator("input[autocomplete=current-password]").fill("correct horse battery");
  await page.locator("form button[type=submit]").click();
  await page.locator("input[autocomplete=one-time-code]").waitFor();
}

async function sendingStates(page) {
  const box = page.locator("textarea");
  await page.evaluate(() =>
    window.mock.failNext("POST /chats/oc_design/messages", 403, "access.not_permitted", "No"),
  );
  await box.fill("这条消息被拒绝了，文字还在。");
  await box.press("Enter");
  await page.waitForTimeout(200);
  await page.evaluate(() => {
    window.mock.offline = true;
  });
  await box.fill("This one waits for the connection, and goes out by itself.");
  await box.press("Enter");
}

/** What a part of a catalogue is called in the language of the page. */
async function word(page, file, key) {
  const language = await page.evaluate(() => document.documentElement.lang);
  const path = new URL(`../src/app/i18n/${language}/${file}.json`, import.meta.url);
  const found = key.split(".").reduce((part, name) => part[name], JSON.parse(readFileSync(path, "utf8")));
  return found;
}

async function press(page, key, role = "button") {
  const name = await word(page, "talk", key);
  await page.getByRole(role, { name, exact: true }).last().click();
}

async function scrollUp(page) {
  await page.locator("article").first().waitFor();
  await page.evaluate(() => document.querySelector("article").scrollIntoView());
}

async function lastFull(page) {
  const row = page.locator("article").filter({ hasText: "谁负责带钥匙" }).first();
  await row.scrollIntoViewIfNeeded();
  await row.focus();
  return row;
}

async function toolbar(page) {
  await lastFull(page);
}

async function messageMenu(page) {
  await lastFull(page);
  await page.keyboard.press("Enter");
}

async function pickEmoji(page) {
  await lastFull(page);
  await page.keyboard.press("+");
  await page.locator("[role=option]").first().waitFor();
}

async function compose(page) {
  await lastFull(page);
  await page.keyboard.press("r");
  await page.locator("textarea").first().pressSequentially("**好的**，");
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles([
      { name: "照片.png", mimeType: "image/png", buffer: dot() },
      {
        name: "A rather long report about the northern stations.pdf",
        mimeType: "application/pdf",
        buffer: dot(),
      },
    ]);
  await page.evaluate(() =>
    window.mock.failNext("POST /chats/oc_field/uploads", 403, "access.not_permitted", "No"),
  );
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles([{ name: "refused.zip", mimeType: "application/zip", buffer: dot() }]);
}

/** One red pixel. */
function dot() {
  return Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIAAAY/gMBsM8iTgAAAABJRU5ErkJggg==",
    "base64",
  );
}

async function readers(page) {
  await lastFull(page);
  await page.keyboard.press("Enter");
  await press(page, "act.readers", "menuitem");
}

async function select(page) {
  await lastFull(page);
  await page.keyboard.press("s");
  await page.locator("article input[type=checkbox]:not(:disabled)").first().check({ force: true });
}

async function forward(page) {
  await lastFull(page);
  await page.keyboard.press("f");
  await page.locator("dialog [role=option]").nth(1).click();
  await page.locator("dialog [role=option]").nth(3).click();
}

async function viewer(page) {
  await page.locator("article img").first().waitFor();
  await page.locator("article button:has(img)").first().click();
}

async function openThread(page) {
  await lastFull(page);
  await page.keyboard.press("t");
  await page.locator("aside article").nth(2).waitFor();
}

async function disband(page) {
  const name = await word(page, "groups", "disband.title");
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator("dialog input").fill("something else");
  await page.locator("dialog button[type=submit]").click();
}

async function shorten(page) {
  await page.locator("form select").nth(0).selectOption("365");
  await page.locator("form select").nth(2).selectOption("730");
  await page.locator("form button[type=submit]").click();
  await page.locator("dialog button[type=submit]").click();
}

async function quiet(page) {
  const own = await word(page, "app", "own.label");
  await page.getByRole("button", { name: own, exact: true }).click();
  const name = await word(page, "groups", "quiet.title");
  await page.getByRole("menuitem", { name, exact: true }).click();
}

async function newGroup(page) {
  await page.keyboard.press("Alt+n");
  await page.locator("dialog fieldset label").nth(1).click();
  await page.locator("dialog [role=option]").nth(1).click();
  await page.locator("dialog [role=option]").nth(2).click();
}

async function enrol(page) {
  await page.locator("main section button").first().click();
  await page.locator("dialog input").fill("correct horse battery");
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog img").waitFor();
}

const wanted = process.argv.slice(2);
const screens = SCREENS.filter(([name]) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const out = new URL("../.shots/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

const server = await preview({ mode: "mock", preview: { port: 0, host: "127.0.0.1", headers: policy() } });
const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
const profile = mkdtempSync(join(tmpdir(), "look-"));
let wrong = 0;

/** The strictest policy that the application must live with: what the server sends. */
function policy() {
  return {
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  };
}

async function look(context, [name, address, stage, act], look) {
  const page = await context.newPage();
  const say = (text) => {
    wrong += 1;
    console.log(`${name} ${look}: ${text}`);
  };
  page.on("pageerror", (error) => say(`error ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") say(`console ${message.text()}`);
  });
  const url = new URL(address, origin);
  url.searchParams.set("mock", stage);
  await page.goto(url.href);
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForTimeout(300);
  await act?.(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(out, `${name}-${look}.png`) });
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, nodes } of found.violations) {
    if (impact !== "serious" && impact !== "critical") continue;
    for (const node of nodes.slice(0, 4))
      say(`axe ${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`);
  }
  await page.close();
}

try {
  for (const [index, [width, height]] of WIDTHS.entries()) {
    for (const theme of ["light", "dark"]) {
      // Each language is seen in both themes and at every width, not in every combination.
      const language = (index + (theme === "dark" ? 1 : 0)) % 2 === 0 ? "zh-CN" : "en";
      const context = await chromium.launchPersistentContext(join(profile, `${width}-${theme}`), {
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
        viewport: { width, height },
        colorScheme: theme,
        locale: language,
      });
      await context.addInitScript((tag) => localStorage.setItem("bastide.language", tag), language);
      for (const screen of screens) {
        try {
          await look(context, screen, `${width}-${theme}-${language}`);
        } catch (error) {
          wrong += 1;
          console.log(`${screen[0]} ${width}-${theme}: ${error.message.split("\n")[0]}`);
        }
      }
      await context.close();
    }
  }
} finally {
  await server.close();
  rmSync(profile, { recursive: true, force: true });
}
console.log(`${screens.length} screens, ${wrong} problems, pictures in ${out}`);
process.exit(wrong > 0 ? 1 : 0);
