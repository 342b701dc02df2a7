/** An authenticator application: RFC 6238 with SHA-1, six digits, 30 seconds. */
import { createHmac } from "node:crypto";
import { until } from "./until.mjs";

const STEP_MS = 30_000;
/** So near to the end of a step, a code of the step before may come too late. */
const MARGIN_MS = 4_000;

export class Authenticator {
  #key;
  #last = 0;

  constructor(secret) {
    this.#key = fromBase32(secret.replace(/\s/g, ""));
  }

  /**
   * A code that was not used yet. The server takes the steps beside the present one too and none twice: the earliest
   * that it still takes comes first, so that three sign-ins need no wait.
   */
  async next() {
    const present = () => Math.floor(Date.now() / STEP_MS);
    const left = STEP_MS - (Date.now() % STEP_MS);
    const earliest = left > MARGIN_MS ? present() - 1 : present();
    this.#last = Math.max(this.#last + 1, earliest);
    await until("the clock reaches the next code", () => this.#last <= present() + 1, 2 * STEP_MS);
    return this.at(this.#last);
  }

  /** The code that was given last. */
  used() {
    return this.at(this.#last);
  }

  at(step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac("sha1", this.#key).update(counter).digest();
    const offset = digest[19] & 0x0f;
    return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
  }
}

function fromBase32(text) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of text) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
