import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Socket } from "@/api";
import { CursorBook } from "./cursors";
import { LiveStream, type StreamListener } from "./stream";

class FakeSocket implements Socket {
  readyState = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  sent: { type: string; cursor?: Record<string, number>; more?: boolean }[] = [];
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.readyState = 3;
  }
  accept() {
    this.readyState = 1;
    this.onopen?.({});
    this.say({ type: "ready", session: "s", heartbeat_s: 25 });
    this.say({ type: "caught_up" });
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  change(topic: string, change: number) {
    this.say({ type: "event", topic, change, event: "message.sent", at: "" });
  }
}

function setUp() {
  const sockets: FakeSocket[] = [];
  const applied: number[] = [];
  const states: string[] = [];
  const listener: StreamListener = {
    events: (batch) => applied.push(...batch.map((event) => event.change)),
    notice: vi.fn(),
    fleeting: vi.fn(),
    ready: vi.fn(),
    reset: vi.fn(),
    caughtUp: vi.fn(),
    sessionEnded: vi.fn(),
    state: (state) => states.push(state),
  };
  const open = () => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  };
  const cursors = new CursorBook();
  const stream = new LiveStream(open, cursors, listener, () => 1);
  const newest = () => sockets.at(-1) as FakeSocket;
  return { stream, sockets, newest, applied, states, listener, cursors };
}

describe("the live stream", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it("applies each change once, in order", () => {
    const { stream, newest, applied, cursors } = setUp();
    cursors.learn("oc_1", 4);
    stream.start();
    newest().accept();
    for (const change of [4, 5, 5, 6]) newest().change("oc_1", change);
    vi.advanceTimersByTime(20);
    expect(applied).toEqual([5, 6]);
  });

  it("asks again, once, when a change is missing", () => {
    const { stream, newest, applied, cursors } = setUp();
    cursors.learn("oc_1", 4);
    stream.start();
    newest().accept();
    newest().change("oc_1", 6);
    newest().change("oc_1", 7);
    const asked = newest().sent.filter(({ type }) => type === "resume");
    expect(asked.at(-1)?.cursor).toEqual({ oc_1: 4 });
    expect(asked).toHaveLength(2);
    for (const change of [5, 6, 7]) newest().change("oc_1", change);
    vi.advanceTimersByTime(20);
    expect(applied).toEqual([5, 6, 7]);
  });

  it("comes back with longer and longer waits, and resumes where it stopped", () => {
    const { stream, sockets, newest, states } = setUp();
    stream.start();
    newest().accept();
    newest().change("oc_1", 9);
    newest().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(499);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
    newest().onclose?.({ code: 4503 });
    vi.advanceTimersByTime(999);
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(1);
    newest().accept();
    expect(newest().sent[0]).toEqual({ type: "resume", cursor: { oc_1: 9 } });
    expect(states).toEqual(["connecting", "online", "reconnecting", "reconnecting", "online"]);
  });

  it("says a long cursor in several frames", () => {
    const { stream, newest, cursors } = setUp();
    for (let number = 0; number < 2_500; number += 1)
      cursors.learn(`oc_${"x".repeat(26)}${number}`, 9_999_999);
    stream.start();
    newest().accept();
    const { sent } = newest();
    expect(sent.map(({ more }) => more)).toEqual([true, true, undefined]);
    expect(sent.map(({ cursor }) => Object.keys(cursor ?? {}).length)).toEqual([1_000, 1_000, 500]);
    for (const frame of sent) expect(JSON.stringify(frame).length).toBeLessThan(64 * 1024);
  });

  it("tells of topics that became known later, and only of those", () => {
    const { stream, newest, cursors, listener } = setUp();
    cursors.learn("oc_1", 4);
    stream.start();
    stream.catchUp({ oc_1: 4 });
    newest().accept();
    cursors.learn("oc_2", 7);
    stream.catchUp({});
    stream.catchUp({ oc_2: 7 });
    newest().say({ type: "caught_up" });
    expect(newest().sent.map(({ cursor }) => cursor)).toEqual([{ oc_1: 4 }, { oc_2: 7 }]);
    expect(listener.caughtUp).toHaveBeenCalledOnce();
  });

  it("waits long when there are too many sockets", () => {
    const { stream, sockets, newest } = setUp();
    stream.start();
    newest().onclose?.({ code: 4429 });
    vi.advanceTimersByTime(29_999);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
  });

  it("notices a silent socket", () => {
    const { stream, sockets, newest } = setUp();
    stream.start();
    newest().accept();
    vi.advanceTimersByTime(80_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("stops when the session has ended", () => {
    const { stream, sockets, newest, listener } = setUp();
    stream.start();
    newest().accept();
    newest().onclose?.({ code: 4401 });
    vi.advanceTimersByTime(120_000);
    expect(listener.sessionEnded).toHaveBeenCalledOnce();
    expect(sockets).toHaveLength(1);
  });

  it("does not try without a network, and tries at once with one", () => {
    const { stream, sockets, newest, states } = setUp();
    stream.start();
    newest().accept();
    stream.networkLost();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    stream.retryNow();
    expect(sockets).toHaveLength(2);
    expect(states.slice(-2)).toEqual(["offline", "reconnecting"]);
  });
});
