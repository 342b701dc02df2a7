/**
 * Two people, two browsers, one real server: what a person does in the product, by clicking, in both languages.
 *
 *   npm run e2e
 *
 * BASTIDE_TEST_BINARY names the server's binary, CHROMIUM the browser, E2E_PICTURES=all takes every picture.
 * Ends with 1 at the first step that fails, and says what the page and the server said.
 */
import { fileURLToPath } from "node:url";
import { Browser } from "./lib/browser.mjs";
import { Looker } from "./lib/look.mjs";
import { measure } from "./lib/measure.mjs";
import { PushService } from "./lib/pushService.mjs";
import { Server } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";
import { arrive } from "./stories/arrive.mjs";
import { ask } from "./stories/ask.mjs";
import { carry } from "./stories/carry.mjs";
import { compose } from "./stories/compose.mjs";
import { converse } from "./stories/converse.mjs";
import { found } from "./stories/found.mjs";
import { gather } from "./stories/gather.mjs";
import { keep } from "./stories/keep.mjs";
import { lead } from "./stories/lead.mjs";
import { own } from "./stories/own.mjs";
import { protect } from "./stories/protect.mjs";
import { prove } from "./stories/prove.mjs";
import { recover } from "./stories/recover.mjs";
import { share } from "./stories/share.mjs";
import { survive } from "./stories/survive.mjs";
import { tell } from "./stories/tell.mjs";
import { talk } from "./stories/talk.mjs";
import { together } from "./stories/together.mjs";
import { unseal } from "./stories/unseal.mjs";

const LANGUAGES = { first: ["zh-CN", "en"], second: ["en", "zh-CN"] };
const STORIES = {
  arrive,
  talk,
  together,
  converse,
  share,
  ask,
  compose,
  carry,
  gather,
  tell,
  keep,
  prove,
  own,
  recover,
  protect,
  lead,
  found,
  survive,
};

const binary =
  process.env.BASTIDE_TEST_BINARY ?? fileURLToPath(new URL("../../target/debug/bastide", import.meta.url));
const say = (text) => process.stdout.write(`${text}\n`);

async function round({ server, push }, name) {
  const [ownerSpeaks, guestSpeaks] = LANGUAGES[name];
  const stage = new Stage({ server, push, round: name, say });
  try {
    stage.owner = await stage.enter("owner", ownerSpeaks);
    stage.guest = await stage.enter("guest", guestSpeaks);
    for (const [title, story] of Object.entries(STORIES)) {
      say(`${name} round, ${title}: owner in ${ownerSpeaks}, guest in ${guestSpeaks}`);
      await story(stage);
    }
  } catch (error) {
    await stage.witness(error);
    throw error;
  } finally {
    await stage.leave();
  }
}

/** What a server of its own is needed for: its keys are with custodians afterwards. */
async function apart({ push }, name) {
  const server = await Server.start(binary, push);
  const [ownerSpeaks, guestSpeaks] = LANGUAGES[name];
  const stage = new Stage({ server, push, round: name, say });
  try {
    stage.owner = await stage.enter("owner", ownerSpeaks);
    stage.guest = await stage.enter("guest", guestSpeaks);
    say(`${name} round, unseal: owner in ${ownerSpeaks}, guest in ${guestSpeaks}`);
    await unseal(stage);
    await server.stop();
  } catch (error) {
    await stage.witness(error);
    say(server.log().split("\n").slice(-15).join("\n"));
    throw error;
  } finally {
    await stage.leave();
    server.discard();
  }
}

async function main() {
  const begun = performance.now();
  const push = await PushService.start();
  const server = await Server.start(binary, push);
  say(`server ready after ${Math.round(performance.now() - server.startedAt)} ms`);
  try {
    for (const name of Object.keys(LANGUAGES)) {
      await round({ server, push }, name);
      await apart({ push }, name);
    }
    for (const line of await measure(() => Browser.open(server.origin, "en"))) say(line);
    await server.stop();
  } catch (error) {
    say(server.log().split("\n").slice(-15).join("\n"));
    throw error;
  } finally {
    server.discard();
    push.stop();
    say(`pictures: ${Looker.folder}`);
  }
  say(`passed in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

main().catch((error) => {
  say(`FAILED: ${error.stack}`);
  process.exitCode = 1;
});
