/**
 * The browser's side of the connection: hello and resume, commands and their answers, heartbeat, reconnecting, and the
 * choice of what carries it.
 *
 * Invariants:
 * 1. One connection is heard at a time; what an earlier one still says is ignored. While an event stream is heard, a
 *    WebSocket may be tried beside it, and takes its place with its hello.
 * 2. Every command given to `request` is answered once: by the server, or by `disconnected` when the connection ends.
 * 3. Events reach `onFrame` in the order the server sent them. Which of them are news is the reducer's to know.
 * 4. Between two attempts there is always a pause, with full jitter, so that a restarted server is not stormed; never a
 *    shorter one than the server asked for. Only somebody who comes back to the page cuts it short.
 *
 * No DOM: everything from outside comes in through `Surroundings`, so that tests run it in Node on the real server.
 */

import { Refusal } from "./api_client.ts";
import {
  ABNORMAL,
  type Carrier,
  type CarrierKind,
  type Command,
  type Ears,
  type End,
  type Position,
} from "./carrier.ts";
import type { AnyFrame, Ok } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";

/** `ended`: the session is over, or what we send is refused for good; there will be no further attempt. */
export type Connection = "connecting" | "open" | "waiting" | "ended";

export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MOST_MS = 20_000;
/** A server that said it restarts is back soon: no pause is longer, for so many attempts. */
export const RESTART_MOST_MS = 2_000;
export const RESTART_ATTEMPTS = 15;
/** A connection that lived so long was a good one: the next pauses are short again. */
export const STABLE_MS = 5_000;
/** A server that has too much to do is left alone for so long, where it does not say for how long. */
export const BUSY_MS = 1_000;
/** No hello for so long: this attempt leads nowhere. */
export const OPENING_MS = 10_000;
/** Nothing heard for so long: ask. The server's own heartbeats are nearer together. */
export const SILENCE_MS = 25_000;
/** The same while a command waits for its answer. */
export const UNANSWERED_MS = 6_000;
/** No answer for so long: the connection is dead, whatever the system says. */
export const ANSWER_MS = 10_000;
/** The same for somebody who has just come back and looks. */
export const WAKING_MS = 4_000;
/** So many WebSockets in a row without a hello, and the event stream has its turn. */
export const UNOPENED_MOST = 2;
/** While the event stream carries: when to try a WebSocket again. */
export const TRIAL_FIRST_MS = 10_000;
export const TRIAL_MOST_MS = 600_000;

/** Codes after which the same again would end the same; after any other, 1006 among them, one reconnects. */
const FINAL_CODES: ReadonlySet<number> = new Set(
  Object.values(CLOSE_CODES)
    .filter((each) => !each.reconnect)
    .map((each) => each.code),
);
const RESTART_CODES: ReadonlySet<number> = new Set([CLOSE_CODES.GOING_AWAY.code, CLOSE_CODES.RESTART.code]);

export interface Surroundings {
  open(kind: CarrierKind, ears: Ears): Carrier;
  /** What carried an earlier page's connection: where that was the event stream, it is tried first. */
  remembered?: CarrierKind | undefined;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  now(): number;
  random(): number;
}

export interface Listener {
  /** Where to resume from; asked at every hello. */
  position(): Position;
  /** The hello first, then events, resets and ephemera. */
  onFrame(frame: AnyFrame): void;
  onConnection(connection: Connection): void;
  /** The session ended (4001), or the server refuses us for good. */
  onEnd(code: number): void;
}

/** One carrier and what is known of it. */
interface Line {
  readonly kind: CarrierKind;
  readonly carrier: Carrier;
  readonly begunAt: number;
  heardAt: number;
  greetedAt: number | undefined;
  unanswered: number;
  /** Asked for a sign of life, and given up at this time. */
  deadline: number | undefined;
  timer: unknown;
}

export class Socket {
  readonly #around: Surroundings;
  readonly #listener: Listener;
  #line: Line | undefined;
  /** A WebSocket that is tried while an event stream is heard. */
  #trial: Line | undefined;
  #connection: Connection = "waiting";
  #attempts = 0;
  #restarting = 0;
  /** The server does not want to see us earlier. */
  #notBefore = 0;
  /** WebSockets in a row that ended without a hello. */
  #unopened = 0;
  #last: { kind: CarrierKind; greeted: boolean } | undefined;
  #trials = 0;
  #timer: unknown;
  #trialTimer: unknown;

  constructor(around: Surroundings, listener: Listener) {
    this.#around = around;
    this.#listener = listener;
    if (around.remembered === "stream") this.#unopened = UNOPENED_MOST;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** What carries the connection; undefined while there is none. */
  get carriedBy(): CarrierKind | undefined {
    return this.#connection === "open" ? this.#line?.kind : undefined;
  }

  /** Connects now, unless connected or over; also cuts a pause short. */
  start(): void {
    if (this.#line || this.#connection === "ended") return;
    this.#around.clearTimeout(this.#timer);
    this.#become("connecting");
    this.#line = this.#open(this.#next());
  }

  /** Somebody looks, or the network is back: connects at once, and does not trust what only looks open. */
  wake(): void {
    const line = this.#line;
    const now = this.#around.now();
    if (!line) return now < this.#notBefore ? undefined : this.start();
    if (line.greetedAt === undefined) {
      if (now - line.begunAt > WAKING_MS) this.#renew(line);
    } else if (line.kind === "stream") {
      if (now - line.heardAt > SILENCE_MS) this.#renew(line);
    } else if (now - line.heardAt > WAKING_MS) {
      this.#probe(line, WAKING_MS);
    }
  }

  /** Closes, and stays closed until `start`. */
  stop(): void {
    this.#around.clearTimeout(this.#timer);
    this.#dropTrial();
    const line = this.#line;
    if (!line) return;
    this.#drop(line);
    this.#become("waiting");
  }

  /** The server's answer to `command`; raises `Refusal` with its code, or `disconnected`. */
  async request(command: Command): Promise<Ok> {
    const line = this.#line;
    if (!line || this.#connection !== "open") throw new Refusal("disconnected", true);
    line.unanswered++;
    if (line.unanswered === 1 && line.deadline === undefined) this.#watch(line);
    try {
      return await line.carrier.request(command);
    } finally {
      line.unanswered--;
    }
  }

  // --- opening and hearing ---------------------------------------------------------------------------------------

  /** The WebSocket, until it has failed too often; from then on both have their turns. */
  #next(): CarrierKind {
    if (this.#unopened < UNOPENED_MOST) return "socket";
    return this.#last?.kind === "stream" && !this.#last.greeted ? "socket" : "stream";
  }

  #open(kind: CarrierKind): Line {
    const ears: Ears = {
      position: () => this.#listener.position(),
      onFrame: (frame) => this.#hear(line, frame),
      onAlive: () => this.#alive(line),
      onEnd: (end) => this.#lose(line, end),
    };
    const now = this.#around.now();
    const line: Line = {
      kind,
      carrier: this.#around.open(kind, ears),
      begunAt: now,
      heardAt: now,
      greetedAt: undefined,
      unanswered: 0,
      deadline: undefined,
      timer: this.#around.setTimeout(() => this.#give(line, ABNORMAL), OPENING_MS),
    };
    return line;
  }

  #hear(line: Line, frame: AnyFrame): void {
    if (frame.type === "hello") this.#welcome(line);
    if (line !== this.#line) return;
    if (frame.type === "hello") this.#become("open");
    this.#listener.onFrame(frame);
  }

  #welcome(line: Line): void {
    if (line === this.#trial && this.#line) {
      this.#trial = undefined;
      this.#drop(this.#line);
      this.#line = line;
    }
    if (line !== this.#line) return;
    line.greetedAt = this.#around.now();
    this.#restarting = 0;
    if (line.kind === "socket") {
      this.#unopened = 0;
      this.#trials = 0;
      this.#around.clearTimeout(this.#trialTimer);
    } else {
      this.#planTrial();
    }
    this.#watch(line);
  }

  // --- whether it is alive -----------------------------------------------------------------------------------------

  #alive(line: Line): void {
    line.heardAt = this.#around.now();
    if (line.greetedAt !== undefined) this.#watch(line);
  }

  /** Starts the heartbeat's clock anew. */
  #watch(line: Line): void {
    const patience = line.kind === "socket" && line.unanswered > 0 ? UNANSWERED_MS : SILENCE_MS;
    this.#around.clearTimeout(line.timer);
    line.deadline = undefined;
    line.timer = this.#around.setTimeout(() => this.#probe(line, ANSWER_MS), patience);
  }

  #probe(line: Line, patience: number): void {
    const deadline = this.#around.now() + patience;
    // Asking again and again must not put off the end.
    if (line.deadline !== undefined && line.deadline <= deadline) return;
    line.deadline = deadline;
    this.#around.clearTimeout(line.timer);
    line.carrier.probe();
    line.timer = this.#around.setTimeout(() => this.#give(line, ABNORMAL), patience);
  }

  /** Gives it up, as if it had ended with `code`. */
  #give(line: Line, code: number): void {
    this.#lose(line, { code });
    line.carrier.close();
  }

  /** Leaves a doubtful connection for a new one, without a pause. */
  #renew(line: Line): void {
    this.#drop(line);
    this.#last = { kind: line.kind, greeted: true };
    this.start();
  }

  // --- losing and coming back --------------------------------------------------------------------------------------

  #lose(line: Line, end: End): void {
    this.#around.clearTimeout(line.timer);
    if (line === this.#trial) {
      this.#trial = undefined;
      this.#planTrial();
    }
    if (line !== this.#line) return;
    this.#line = undefined;
    this.#dropTrial();
    this.#learn(line, end);
    if (FINAL_CODES.has(end.code)) {
      this.#become("ended");
      this.#listener.onEnd(end.code);
      return;
    }
    this.#become("waiting");
    this.#timer = this.#around.setTimeout(() => this.start(), this.#pause(end));
  }

  #learn({ kind, greetedAt }: Line, { code }: End): void {
    const greeted = greetedAt !== undefined;
    this.#last = { kind, greeted };
    // A close code of the server's own came through a WebSocket that works.
    if (kind === "socket") this.#unopened = greeted || code !== ABNORMAL ? 0 : this.#unopened + 1;
    if (greeted && this.#around.now() - greetedAt >= STABLE_MS) this.#attempts = 0;
    if (RESTART_CODES.has(code)) this.#restarting = RESTART_ATTEMPTS;
  }

  #pause({ code, pause = code === CLOSE_CODES.TRY_AGAIN_LATER.code ? BUSY_MS : 0 }: End): number {
    this.#notBefore = this.#around.now() + pause;
    const soon = this.#restarting > 0 && this.#restarting-- > 0;
    const grown = BACKOFF_FIRST_MS * 2 ** Math.min(this.#attempts++, 16);
    const most = Math.min(grown, soon ? RESTART_MOST_MS : BACKOFF_MOST_MS);
    return pause + Math.max(50, this.#around.random() * most);
  }

  #planTrial(): void {
    this.#around.clearTimeout(this.#trialTimer);
    const pause = Math.min(TRIAL_MOST_MS, TRIAL_FIRST_MS * 2 ** Math.min(this.#trials++, 16));
    this.#trialTimer = this.#around.setTimeout(() => {
      if (this.#line?.kind === "stream" && !this.#trial) this.#trial = this.#open("socket");
    }, pause);
  }

  #dropTrial(): void {
    this.#around.clearTimeout(this.#trialTimer);
    const trial = this.#trial;
    this.#trial = undefined;
    if (!trial) return;
    this.#around.clearTimeout(trial.timer);
    trial.carrier.close();
  }

  #drop(line: Line): void {
    this.#around.clearTimeout(line.timer);
    if (line === this.#line) this.#line = undefined;
    line.carrier.close();
  }

  #become(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#listener.onConnection(connection);
  }
}
