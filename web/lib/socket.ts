/**
 * The browser's side of the socket: hello and resume, commands and their answers, heartbeat, reconnecting.
 *
 * Invariants:
 * 1. One WebSocket at a time; what an earlier one still says is ignored.
 * 2. Every command given to `request` is answered once: by the server, or by `disconnected` when the socket closes.
 * 3. Events reach `onEvent` in the order the server sent them. Which of them are news is the reducer's to know.
 * 4. Between two attempts there is always a pause, with full jitter, so that a restarted server is not stormed.
 *
 * No DOM: everything from outside comes in through `Surroundings`, so that tests run it in Node on the real server.
 */

import { Refusal } from "./api_client.ts";
import type { AnyEvent, AnyFrame, AnyNumbered, Failure, Hello, Ok, Welcome } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";

/** `ended`: the session is over, or what we send is refused for good; there will be no further attempt. */
export type Connection = "connecting" | "open" | "waiting" | "ended";

export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MOST_MS = 20_000;
/** Nothing heard for so long: ask. No answer for so long: the connection is dead, whatever the system says. */
export const SILENCE_MS = 25_000;
export const ANSWER_MS = 10_000;
/** More commands than this without an answer, and something is wrong; further ones are refused at once. */
export const IN_FLIGHT = 128;

/** Codes after which the same again would end the same; after any other, 1006 among them, one reconnects. */
const FINAL_CODES: ReadonlySet<number> = new Set(
  Object.values(CLOSE_CODES)
    .filter((each) => !each.reconnect)
    .map((each) => each.code),
);

type Command = AnyNumbered extends infer C ? (C extends { id: number } ? Omit<C, "id"> : never) : never;
export type { Command };

/** The part of the standard WebSocket that is used. */
export interface Wire {
  readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface Surroundings {
  open(): Wire;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  random(): number;
}

export interface Listener {
  /** Where to resume from; asked at every hello. */
  position(): Pick<Hello, "streams" | "epoch">;
  onWelcome(welcome: Welcome): void;
  onEvent(event: AnyEvent): void;
  /** The stream cannot be resumed: fetch it afresh. */
  onReset(stream: string): void;
  onConnection(connection: Connection): void;
  /** The session ended (4001), or the server refuses us for good. */
  onEnd(code: number): void;
}

interface Waiting {
  resolve(ok: Ok): void;
  reject(error: Refusal): void;
}

export class Socket {
  #around: Surroundings;
  #listener: Listener;
  #wire: Wire | undefined;
  #connection: Connection = "waiting";
  #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #attempts = 0;
  #timer: unknown;
  #heartbeat: unknown;

  constructor(around: Surroundings, listener: Listener) {
    this.#around = around;
    this.#listener = listener;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Connects now, unless connected or over; also cuts a pause short, as when the network is back. */
  start(): void {
    if (this.#wire || this.#connection === "ended") return;
    this.#around.clearTimeout(this.#timer);
    this.#become("connecting");
    const wire = this.#around.open();
    this.#wire = wire;
    wire.onopen = () => this.#greet(wire);
    wire.onmessage = ({ data }) => this.#hear(wire, data);
    wire.onclose = ({ code }) => this.#lose(wire, code);
    wire.onerror = () => undefined; // onclose follows
    this.#watch(wire);
  }

  /** Closes, and stays closed until `start`. */
  stop(): void {
    this.#around.clearTimeout(this.#timer);
    const wire = this.#wire;
    if (!wire) return;
    this.#drop(wire);
    this.#become("waiting");
    wire.close(CLOSE_CODES.NORMAL.code);
  }

  /** The server's answer to `command`; raises `Refusal` with its code, or `disconnected`. */
  request(command: Command): Promise<Ok> {
    const wire = this.#wire;
    if (!wire || this.#connection !== "open") return Promise.reject(new Refusal("disconnected", true));
    if (this.#waiting.size >= IN_FLIGHT) return Promise.reject(new Refusal("busy", true));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      wire.send(JSON.stringify({ ...command, id }));
    });
  }

  #greet(wire: Wire): void {
    if (wire !== this.#wire) return;
    wire.send(JSON.stringify({ type: "hello", ...this.#listener.position() }));
  }

  #hear(wire: Wire, data: unknown): void {
    if (wire !== this.#wire || typeof data !== "string") return;
    this.#watch(wire);
    const frame = JSON.parse(data) as AnyFrame;
    switch (frame.type) {
      case "hello":
        this.#attempts = 0;
        this.#listener.onWelcome(frame);
        this.#become("open");
        return;
      case "ok":
        this.#take(frame.id)?.resolve(frame);
        return;
      case "error":
        this.#refuse(frame);
        return;
      case "reset":
        this.#listener.onReset(frame.stream);
        return;
      case "typing":
      case "presence":
      case "receipts":
        return; // nothing shows them yet
      default:
        this.#listener.onEvent(frame);
    }
  }

  #refuse(failure: Failure): void {
    if (failure.id === undefined || failure.id === null) return;
    this.#take(failure.id)?.reject(new Refusal(failure.code, failure.retry, failure.retry_after));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #lose(wire: Wire, code: number): void {
    if (wire !== this.#wire) return;
    this.#drop(wire);
    if (FINAL_CODES.has(code)) {
      this.#become("ended");
      this.#listener.onEnd(code);
      return;
    }
    this.#become("waiting");
    this.#timer = this.#around.setTimeout(() => this.start(), this.#pause());
  }

  #drop(wire: Wire): void {
    this.#around.clearTimeout(this.#heartbeat);
    wire.onopen = wire.onmessage = wire.onclose = null;
    this.#wire = undefined;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(new Refusal("disconnected", true));
  }

  #pause(): number {
    const most = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#attempts++, 16));
    return Math.max(50, this.#around.random() * most);
  }

  /** Starts the heartbeat's clock anew. */
  #watch(wire: Wire): void {
    this.#around.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#around.setTimeout(() => this.#probe(wire), SILENCE_MS);
  }

  #probe(wire: Wire): void {
    if (wire !== this.#wire) return;
    if (this.#connection === "open") this.request({ type: "ping" }).catch(() => undefined);
    this.#heartbeat = this.#around.setTimeout(() => {
      if (wire !== this.#wire) return;
      this.#lose(wire, 1006);
      wire.close();
    }, ANSWER_MS);
  }

  #become(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#listener.onConnection(connection);
  }
}
