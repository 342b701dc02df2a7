/** Puts the in-memory server under the application; only in the build of mode `mock`. */

import { replaceTransport } from "@/api";
import { makeExport, readyExport } from "./exports";
import { fillKeeping } from "./keeping";
import { seed } from "./seed";
import { MockServer } from "./server";

declare global {
  interface Window {
    /** For trying out states by hand and for taking pictures. */
    mock?: MockServer;
  }
}

const STORAGE = "bastide.mock";

/**
 * `?mock=signed-out,sealed,delay=2000,…` sets the stage; it is remembered for
 * the tab, so that links and reloads keep it.
 */
export async function installMock(): Promise<void> {
  const server = new MockServer();
  seed(server.state);
  server.state.me = "u_lin";
  const asked = new URLSearchParams(location.search).get("mock");
  if (asked !== null) sessionStorage.setItem(STORAGE, asked);
  for (const wish of (asked ?? sessionStorage.getItem(STORAGE) ?? "").split(",")) setStage(server, wish);
  window.mock = server;
  replaceTransport(server);
}

function setStage(server: MockServer, wish: string): void {
  const { state } = server;
  const [name, value] = wish.split("=");
  switch (name) {
    case "signed-out":
      state.me = null;
      break;
    case "member":
      state.me = "u_ana";
      break;
    case "empty":
      state.chats.clear();
      break;
    case "sealed":
      state.instance.sealed = true;
      if (value === "one") state.seal.entered = ["bastide1-three"];
      break;
    case "file":
      state.seal.quorum = null;
      break;
    case "seal-bar":
      state.instance.development_seal = true;
      break;
    case "closed":
    case "code":
      state.instance.sign_up = name;
      break;
    case "totp": {
      const person = state.people.get("p_lin");
      if (person) Object.assign(person, { totp: true, recoveryCodes: ["aaaa-bbbb", "cccc-dddd"] });
      break;
    }
    case "exports":
      makeExport(state, { state: "failed", failure: "trouble" });
      readyExport(state, 3);
      makeExport(state, {
        state: "running",
        chats_done: 2,
        messages: 412,
        files: 17,
        size_bytes: 286_000_000,
      });
      break;
    case "keeping":
      fillKeeping(state);
      break;
    case "delay":
      server.delayMs = Number(value);
      break;
    case "chats-wait":
      server.stalled = "/chats";
      break;
    case "chats-fail":
      server.failNext("GET /chats", 409, "gate.fault", "Something went wrong.", 99);
      break;
    case "unreachable":
      server.offline = true;
      break;
  }
}
