/**
 * A push service of the test's own (RFC 8030), and the push manager of a browser that has none to reach. What comes is opened with
 * the browser's keys by another implementation than the server's (RFC 8291, RFC 8188), and who sent it is verified (RFC 8292).
 */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import { createServer } from "node:https";
import { selfSigned } from "./certificate.mjs";
import { ensure } from "./until.mjs";

const HEADER_BYTES = 86;

export class PushService {
  #server;
  #browsers = new Map();
  /** What came and was taken, in its order: the browser, the headers and the content. */
  taken = [];
  /** Answers this instead of taking, while it is set. */
  status = null;
  /** How often it did. */
  refused = 0;

  static async start() {
    const service = new PushService();
    const tls = selfSigned();
    service.certificate = tls.cert;
    service.#server = createServer(tls, (request, answer) => service.#take(request, answer));
    await new Promise((resolve) => service.#server.listen(0, "127.0.0.1", resolve));
    service.origin = `https://localhost:${service.#server.address().port}`;
    return service;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Gives a page's push manager a place here. The worker, its registration and its notifications are the browser's own. */
  async equip(browser) {
    const ecdh = createECDH("prime256v1");
    ecdh.generateKeys();
    const keys = { ecdh, auth: randomBytes(16), key: null };
    const path = `/push/${randomBytes(12).toString("base64url")}`;
    this.#browsers.set(path, keys);
    await browser.context.exposeFunction("bastidePushKey", (key) => {
      keys.key = key;
    });
    await browser.context.addInitScript(
      ({ endpoint, p256dh, auth }) => {
        const base64url = (bytes) =>
          btoa(String.fromCharCode(...new Uint8Array(bytes)))
            .replaceAll("+", "-")
            .replaceAll("/", "_")
            .replaceAll("=", "");
        let subscription = null;
        PushManager.prototype.getSubscription = async () => subscription;
        PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
          await window.bastidePushKey(base64url(applicationServerKey));
          subscription = {
            options: { applicationServerKey: new Uint8Array(applicationServerKey).buffer },
            toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
            unsubscribe: async () => {
              subscription = null;
              return true;
            },
          };
          return subscription;
        };
      },
      {
        endpoint: this.origin + path,
        p256dh: ecdh.getPublicKey("base64url"),
        auth: keys.auth.toString("base64url"),
      },
    );
    return path;
  }

  /** What came for a browser, opened. */
  of(path) {
    return this.taken.filter((one) => one.path === path).map((one) => one.content);
  }

  #take(request, answer) {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      let status = this.status ?? 201;
      if (status === 201) {
        try {
          this.taken.push(this.#open(request, Buffer.concat(pieces)));
        } catch (error) {
          this.broken = error;
          status = 400;
        }
      }
      if (status !== 201) this.refused += 1;
      answer.writeHead(status, { location: `${this.origin}/receipt/1` }).end();
    });
  }

  #open(request, body) {
    const { url: path, headers } = request;
    const browser = this.#browsers.get(path);
    ensure(browser && request.method === "POST", `a browser of this service, not ${path}`);
    ensure(headers["content-encoding"] === "aes128gcm", "the content's coding is named");
    ensure(Number(headers.ttl) > 0, "the service is told how long to keep it");
    ensure(/^[\w-]{1,32}$/.test(headers.topic), "the topic is one");
    this.#knows(headers.authorization, browser.key);
    return { path, headers, bytes: body, content: JSON.parse(opened(browser, body)) };
  }

  /** The token is signed with the key that the browser subscribed with, for this service, and not for ever. */
  #knows(authorization, key) {
    const [, token, named] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization);
    ensure(named === key, "the server's key is the one that was subscribed with");
    const point = Buffer.from(named, "base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const [head, claims, signature] = token.split(".");
    const signed = Buffer.from(`${head}.${claims}`);
    const how = { key: publicKey, dsaEncoding: "ieee-p1363" };
    ensure(verify("sha256", signed, how, Buffer.from(signature, "base64url")), "the token is signed");
    const { aud, exp } = JSON.parse(Buffer.from(claims, "base64url"));
    const left = exp - Date.now() / 1000;
    ensure(aud === this.origin && left > 0 && left <= 86_400, "the token is for this service and this day");
  }
}

function opened({ ecdh, auth }, body) {
  const salt = body.subarray(0, 16);
  ensure(body.readUInt32BE(16) === 4096 && body[20] === 65, "one record, with the sender's key");
  const sender = body.subarray(21, HEADER_BYTES);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), ecdh.getPublicKey(), sender]);
  const secret = Buffer.from(hkdfSync("sha256", ecdh.computeSecret(sender), auth, info, 32));
  const derive = (label, length) =>
    Buffer.from(hkdfSync("sha256", secret, salt, `Content-Encoding: ${label}\0`, length));
  const cipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
  cipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([cipher.update(body.subarray(HEADER_BYTES, -16)), cipher.final()]);
  const end = plain.findLastIndex((byte) => byte !== 0);
  ensure(plain[end] === 2, "the record is the last one");
  return plain.subarray(0, end).toString();
}
