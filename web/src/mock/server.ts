/**
 * The whole server, in memory: the same paths, refusals and stream, for working
 * on the interface and for its tests.
 */

import type { Socket, Transport } from "@/api";
import { type Asked, type Handler, json, MockRefusal, problem, type Routes } from "./answers";
import { exportRoutes } from "./exports";
import { drawing, fileRoutes } from "./files";
import { groupRoutes } from "./groups";
import { identityRoutes } from "./identity";
import { keepingRoutes } from "./keeping";
import { messengerRoutes } from "./messenger";
import { peopleRoutes } from "./people";
import { keysRoutes, sealRoutes } from "./seal";
import { MockState } from "./state";
import { talkRoutes } from "./talk";

const PREFIX = "/api/v1";
const ROUTES: Routes = {
  ...identityRoutes,
  ...messengerRoutes,
  ...talkRoutes,
  ...groupRoutes,
  ...fileRoutes,
  ...exportRoutes,
  ...keepingRoutes,
  ...peopleRoutes,
  ...sealRoutes,
  ...keysRoutes,
};

interface Route {
  method: string;
  parts: string[];
  open: boolean;
  handler: Handler;
}

const TABLE: Route[] = Object.entries(ROUTES)
  .map(([name, handler]) => {
    const [method = "", path = ""] = name.replace("*", "").split(" ");
    return { method, parts: path.split("/"), open: name.startsWith("*"), handler };
  })
  // A path that is spelt out comes before one with a hole in its place.
  .sort((a, b) => holesIn(a) - holesIn(b));

function holesIn({ parts }: Route): number {
  return parts.filter((part) => part.startsWith("{")).length;
}

function match(route: Route, method: string, parts: string[]): Record<string, string> | null {
  if (route.method !== method || route.parts.length !== parts.length) return null;
  const path: Record<string, string> = {};
  for (const [index, wanted] of route.parts.entries()) {
    const given = parts[index] ?? "";
    if (wanted.startsWith("{")) path[wanted.slice(1, -1)] = decodeURIComponent(given);
    else if (wanted !== given) return null;
  }
  return path;
}

export class MockServer implements Transport {
  readonly state: MockState;
  /** No answer comes and no socket opens. */
  offline = false;
  /** Every answer waits this long. */
  delayMs = 0;
  /** Requests whose path contains this are never answered. */
  stalled = "";
  /** The next requests whose «METHOD /path» contains the text are refused like this. */
  failures: { part: string; times: number; refusal: MockRefusal }[] = [];
  private sockets = new Set<MockSocket>();

  constructor(state = new MockState()) {
    this.state = state;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (this.offline) throw new TypeError("Failed to fetch");
    if (this.stalled && request.url.includes(this.stalled)) return new Promise(() => {});
    try {
      return json(await this.answer(request));
    } catch (error) {
      if (error instanceof MockRefusal) return problem(error);
      throw error;
    }
  };

  readonly socket = (): Socket => {
    const socket = new MockSocket(this);
    this.sockets.add(socket);
    return socket;
  };

  readonly picture = (path: string): string => {
    const file = /\/files\/([^/]+)\/(?:thumbnail|content)/.exec(path)?.[1];
    if (file) return drawing(this.state, file);
    if (path.includes("/me/exports/")) return "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
    const avatar = decodeURIComponent(path.split("/").at(-1)?.split("?")[0] ?? "");
    return this.state.avatars.get(avatar) ?? "";
  };

  goOffline(): void {
    this.offline = true;
    this.hangUp(1006);
  }

  hangUp(code: number): void {
    for (const socket of [...this.sockets]) socket.hangUp(code);
    this.sockets.clear();
  }

  failNext(part: string, status: number, code: string, title: string, times = 1): void {
    this.failures.push({ part, times, refusal: new MockRefusal(status, code, title) });
  }

  private async answer(request: Request): Promise<unknown> {
    const address = new URL(request.url);
    const path = address.pathname.slice(PREFIX.length);
    this.failAsAsked(`${request.method} ${path}`);
    if (this.state.instance.sealed && !(`*${request.method} ${path}` in sealRoutes)) {
      throw new MockRefusal(503, "kms.sealed", "The server is sealed.");
    }
    const parts = path.split("/");
    for (const route of TABLE) {
      const found = match(route, request.method, parts);
      if (!found) continue;
      if (!route.open && !this.state.me) throw new MockRefusal(401, "access.not_signed_in", "Sign in first.");
      const asked: Asked = {
        state: this.state,
        me: this.state.me ?? "",
        path: found,
        query: address.searchParams,
        body: await bodyOf(request),
        request,
      };
      // What is answered must not change when the state does.
      return structuredClone(await route.handler(asked));
    }
    throw new MockRefusal(404, "gate.not_found", "There is nothing at this address.");
  }

  private failAsAsked(asked: string): void {
    const failure = this.failures.find(({ part }) => asked.includes(part));
    if (!failure) return;
    failure.times -= 1;
    if (failure.times <= 0) this.failures = this.failures.filter((other) => other !== failure);
    throw failure.refusal;
  }
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  if (!request.headers.get("Content-Type")?.includes("json")) return {};
  const body: unknown = await request.clone().json();
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

class MockSocket implements Socket {
  readyState = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  private stopListening: () => void = () => {};

  constructor(private readonly server: MockServer) {
    setTimeout(() => {
      if (this.readyState !== 0) return;
      if (server.offline || !server.state.me) return this.hangUp(1006);
      this.readyState = 1;
      this.stopListening = server.state.listen((frame) => this.tell(frame));
      this.onopen?.({});
      this.tell({ type: "ready", session: "s_current", heartbeat_s: 25 });
    }, 5);
  }

  send(data: string): void {
    const frame = JSON.parse(data) as { type: string; cursor?: Record<string, number> };
    if (frame.type === "ping") this.tell({ type: "pong" });
    if (frame.type !== "resume") return;
    for (const [topic, change] of Object.entries(frame.cursor ?? {})) {
      const chat = this.server.state.chats.get(topic);
      for (const message of chat?.messages ?? []) {
        if (message.change <= change) continue;
        this.tell({
          type: "event",
          topic,
          change: message.change,
          event: "message.sent",
          message,
          at: message.sent_at,
        });
      }
    }
    this.tell({ type: "caught_up" });
  }

  close(): void {
    this.stopListening();
    this.readyState = 3;
  }

  hangUp(code: number): void {
    if (this.readyState === 3) return;
    this.close();
    this.onclose?.({ code });
  }

  private tell(frame: object): void {
    const data = JSON.stringify(frame);
    setTimeout(() => {
      if (this.readyState === 1) this.onmessage?.({ data });
    }, 1);
  }
}
