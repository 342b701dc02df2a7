/** The real binary as a process of its own, on free ports, over a new folder. */
import { execFile, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "./until.mjs";

const READY_WITHIN_MS = 60_000;
const DRAINED_WITHIN_MS = 30_000;

export class Server {
  #child = null;
  #binary;
  #port;
  #metrics;
  #push;

  constructor(binary, port, metrics) {
    this.#binary = binary;
    this.#port = port;
    this.#metrics = metrics;
    this.folder = mkdtempSync(join(tmpdir(), "bastide-e2e-data-"));
    this.origin = `https://localhost:${port}`;
    /** When the process was last started, in milliseconds of `performance.now()`. */
    this.startedAt = 0;
  }

  /** `push` is the push service that browsers are told by. */
  static async start(binary, push) {
    if (!existsSync(binary)) throw new Error(`there is no binary at ${binary}: build the server first`);
    const server = new Server(binary, await freePort(), await freePort());
    server.#trust(push);
    await server.run();
    return server;
  }

  /** Starts the process, again over the same data after a kill, and waits until it is ready. */
  async run() {
    return this.#runUntil("ready", "/readyz");
  }

  /** As {@link run}, for a server that is sealed: it is alive and not ready. */
  async runSealed() {
    return this.#runUntil("alive", "/healthz");
  }

  async #runUntil(what, path) {
    const log = openSync(join(this.folder, "server.log"), "a");
    this.startedAt = performance.now();
    this.#child = spawn(this.#binary, ["serve"], {
      cwd: this.folder,
      env: this.#settings,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    await until(`the server is ${what}`, () => this.#answers(path), READY_WITHIN_MS);
    return performance.now() - this.startedAt;
  }

  /** What the operator does at the command line, while the server runs. Answers what is printed. */
  async admin(...words) {
    return this.#command(["admin", ...words]);
  }

  /** As above, about the keys; these shares are entered, one on each line. */
  async kms(words, shares = []) {
    return JSON.parse(await this.#command(["kms", ...words, "--json"], shares.join("\n")));
  }

  async #command(words, input = "") {
    const options = { cwd: this.folder, env: this.#settings };
    const running = promisify(execFile)(this.#binary, words, options);
    running.child.stdin.end(input);
    const { stdout } = await running;
    return stdout.trim();
  }

  #trust(push) {
    const authorities = join(this.folder, "push.pem");
    writeFileSync(authorities, push.certificate);
    const { host } = new URL(push.origin);
    this.#push = { BASTIDE_PUSH_SERVICES: host, BASTIDE_PUSH_AUTHORITIES: authorities };
  }

  get #settings() {
    return {
      ...this.#push,
      BASTIDE_DATA_DIR: this.folder,
      BASTIDE_LISTEN: `127.0.0.1:${this.#port}`,
      BASTIDE_METRICS_LISTEN: `127.0.0.1:${this.#metrics}`,
      BASTIDE_PUBLIC_URL: this.origin,
    };
  }

  /** As a power cut for the process. */
  async kill() {
    const ended = this.#ended();
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** Asks for an orderly end and wants one. */
  async stop() {
    const ended = this.#ended();
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), DRAINED_WITHIN_MS);
    const code = await ended;
    clearTimeout(late);
    if (code !== 0) throw new Error(`the server ended with ${code ?? "SIGKILL"} instead of draining`);
  }

  /** Leaves nothing behind, whatever happened. */
  discard() {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  log() {
    return readFileSync(join(this.folder, "server.log"), "utf8");
  }

  #ended() {
    return new Promise((resolve) => this.#child.once("exit", resolve));
  }

  /** Trusts only the authority that this server has made for itself. */
  async #answers(path) {
    if (this.#child.exitCode !== null) throw new Error(`the server ended: ${this.log()}`);
    const authority = join(this.folder, "tls/authority.pem");
    if (!existsSync(authority)) return false;
    const ca = readFileSync(authority);
    return new Promise((resolve) => {
      get(`${this.origin}${path}`, { ca, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      }).on("error", () => resolve(false));
    });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
