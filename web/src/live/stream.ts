/** One socket to the server, kept open: resume, heartbeat, backoff. */

import type { Socket } from "@/api";
import type { CursorBook } from "./cursors";
import {
  CLOSE,
  type ClientFrame,
  type EventFrame,
  type NoticeFrame,
  type PresenceFrame,
  readFrame,
  type ServerFrame,
  type TypingFrame,
} from "./wire";

/** What the frame of the application shows. `idle` is: nobody is signed in. */
export type ConnectionState = "idle" | "connecting" | "online" | "reconnecting" | "offline";

export interface StreamListener {
  /** Changes in order, each exactly once. */
  events(batch: EventFrame[]): void;
  notice(frame: NoticeFrame): void;
  /** Who types, or comes and goes. */
  fleeting(frame: TypingFrame | PresenceFrame): void;
  /** The socket can be spoken to. */
  ready(): void;
  reset(topic: string): void;
  /** All that was missed has been delivered; `again` when it was not the first time. */
  caughtUp(again: boolean): void;
  sessionEnded(): void;
  state(state: ConnectionState): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const DEFAULT_HEARTBEAT_S = 25;
/** A message of a client may have 64 KiB; a topic takes some 46 bytes of it. */
const TOPICS_PER_FRAME = 1_000;
/** Events are applied once per frame of the screen: a resume may bring thousands. */
const BATCH_MS = 16;

export class LiveStream {
  private socket: Socket | null = null;
  private attempts = 0;
  private everReady = false;
  /** Whether this socket has told that everything missed was delivered. */
  private level = false;
  private stopped = true;
  private heardAt = 0;
  private batch: EventFrame[] = [];
  private askedAgain = new Set<string>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private beatTimer: ReturnType<typeof setInterval> | undefined;
  private batchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: () => Socket,
    private readonly cursors: CursorBook,
    private readonly listener: StreamListener,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.listener.state("connecting");
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.dropSocket();
    clearTimeout(this.retryTimer);
    clearTimeout(this.batchTimer);
    this.batch = [];
    this.attempts = 0;
    this.everReady = false;
    this.listener.state("idle");
  }

  /** Tries at once instead of waiting out the backoff: the network is back, or the person asks. */
  retryNow(): void {
    if (this.stopped || this.socket?.readyState === 1) return;
    clearTimeout(this.retryTimer);
    this.dropSocket();
    this.listener.state(this.everReady ? "reconnecting" : "connecting");
    this.connect();
  }

  /** The browser says that there is no network; a socket may take minutes to notice by itself. */
  networkLost(): void {
    if (this.stopped) return;
    clearTimeout(this.retryTimer);
    this.dropSocket();
    this.listener.state("offline");
  }

  say(frame: ClientFrame): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  /**
   * Tells how far topics were followed that became known after the socket was opened: what happened in them before it
   * was, and after they were read, is then delivered too.
   */
  catchUp(cursor: Record<string, number>): void {
    if (Object.keys(cursor).length > 0) this.resume(cursor);
  }

  private resume(cursor: Record<string, number>): void {
    const topics = Object.entries(cursor);
    let from = 0;
    for (; topics.length - from > TOPICS_PER_FRAME; from += TOPICS_PER_FRAME) {
      const part = Object.fromEntries(topics.slice(from, from + TOPICS_PER_FRAME));
      this.say({ type: "resume", cursor: part, more: true });
    }
    this.say({ type: "resume", cursor: Object.fromEntries(topics.slice(from)) });
  }

  private connect(): void {
    const socket = this.open();
    this.socket = socket;
    this.level = false;
    socket.onopen = () => this.resume(this.cursors.all());
    socket.onmessage = (event) => {
      this.heardAt = Date.now();
      const frame = readFrame(event.data);
      if (frame) this.take(frame);
    };
    socket.onclose = (event) => this.closed(event.code);
    socket.onerror = () => {};
  }

  private take(frame: ServerFrame): void {
    switch (frame.type) {
      case "ready":
        this.ready(frame.heartbeat_s);
        break;
      case "event":
        this.takeEvent(frame);
        break;
      case "notice":
        this.flush();
        this.listener.notice(frame);
        break;
      case "typing":
      case "presence":
        this.listener.fleeting(frame);
        break;
      case "reset":
        this.flush();
        this.cursors.forget(frame.topic);
        this.listener.reset(frame.topic);
        break;
      case "caught_up":
        this.caughtUp();
        break;
      default:
    }
  }

  private caughtUp(): void {
    this.flush();
    this.askedAgain.clear();
    if (this.level) return;
    this.level = true;
    const again = this.everReady;
    this.everReady = true;
    this.listener.caughtUp(again);
  }

  private ready(heartbeatS: number): void {
    this.attempts = 0;
    this.listener.state("online");
    this.listener.ready();
    const beatMs = (heartbeatS > 0 ? heartbeatS : DEFAULT_HEARTBEAT_S) * 1000;
    clearInterval(this.beatTimer);
    this.beatTimer = setInterval(() => {
      if (Date.now() - this.heardAt > 2 * beatMs) this.retryNowAfterSilence();
      else this.say({ type: "ping" });
    }, beatMs);
  }

  private retryNowAfterSilence(): void {
    this.dropSocket();
    this.closed(0);
  }

  private takeEvent(frame: EventFrame): void {
    switch (this.cursors.file(frame.topic, frame.change)) {
      case "repeat":
        return;
      case "gap":
        // The missing changes come again, this one with them; ask once per hole.
        if (!this.askedAgain.has(frame.topic)) {
          this.askedAgain.add(frame.topic);
          this.resume({ [frame.topic]: this.cursors.of(frame.topic) });
        }
        return;
      case "next":
        this.batch.push(frame);
        this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
    }
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    if (this.batch.length === 0) return;
    const batch = this.batch;
    this.batch = [];
    this.listener.events(batch);
  }

  private closed(code: number): void {
    this.flush();
    this.dropSocket();
    if (this.stopped) return;
    if (code === CLOSE.sessionEnded) {
      this.stop();
      this.listener.sessionEnded();
      return;
    }
    this.listener.state(this.everReady || this.attempts > 1 ? "reconnecting" : "connecting");
    // Another window has to be closed first: asking more often than slowly does not help.
    const wait = code === CLOSE.tooManySockets ? LONGEST_WAIT_MS : this.waitMs();
    this.retryTimer = setTimeout(() => this.connect(), wait);
    this.attempts += 1;
  }

  /** Doubles up to half a minute, and spreads clients over the whole wait after a restart. */
  private waitMs(): number {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
    return longest * (0.3 + 0.7 * this.random());
  }

  private dropSocket(): void {
    clearInterval(this.beatTimer);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.onerror = null;
    if (socket.readyState <= 1) socket.close();
  }
}
