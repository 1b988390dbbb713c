import { expect, test } from "vitest";

import { Refusal } from "@/lib/api_client";
import type { CarrierKind, Command, Ears } from "@/lib/carrier";
import type { AnyFrame } from "@/lib/protocol.gen.ts";
import {
  ANSWER_MS,
  type Connection,
  OPENING_MS,
  RESTART_MOST_MS,
  SILENCE_MS,
  Socket,
  STABLE_MS,
  TRIAL_FIRST_MS,
  UNANSWERED_MS,
  WAKING_MS,
} from "@/lib/socket";

import { message } from "./make";

interface Timer {
  call(): void;
  at: number;
}

const HELLO = { type: "hello", user: {}, epoch: "e", streams: {}, limits: {} } as unknown as AnyFrame;

/** A socket whose carriers and clock the test holds. */
function setUp(remembered?: CarrierKind) {
  let now = 0;
  const carriers: { kind: CarrierKind; ears: Ears; asked: Command[]; probes: number; closed: boolean }[] = [];
  const timers = new Set<Timer>();
  const frames: AnyFrame[] = [];
  const ends: number[] = [];
  const connections: Connection[] = [];
  const socket = new Socket(
    {
      open(kind, ears) {
        const carrier = { kind, ears, asked: [] as Command[], probes: 0, closed: false };
        carriers.push(carrier);
        return {
          request: (command) => (carrier.asked.push(command), new Promise(() => undefined)),
          probe: () => void carrier.probes++,
          close: () => void (carrier.closed = true),
        };
      },
      remembered,
      setTimeout(call, ms) {
        const timer = { call, at: now + ms };
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => void timers.delete(timer as Timer),
      now: () => now,
      random: () => 1,
    },
    {
      position: () => ({ streams: {} }),
      onFrame: (frame) => frames.push(frame),
      onConnection: (connection) => connections.push(connection),
      onEnd: (code) => ends.push(code),
    },
  );
  /** Lets time pass, and what is due happen in its order. */
  const pass = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const [next] = [...timers].filter((timer) => timer.at <= until).sort((one, other) => one.at - other.at);
      if (!next) break;
      now = next.at;
      timers.delete(next);
      next.call();
    }
    now = until;
  };
  const last = () => {
    const carrier = carriers.at(-1);
    if (!carrier) throw new Error("nothing was opened");
    return carrier;
  };
  const greet = () => last().ears.onFrame(HELLO);
  const open = () => {
    socket.start();
    greet();
  };
  /** Lets every attempt fail at once; returns how long the pause before the next one was. */
  const fail = (code = 1006, pause?: number) => {
    const [tried, from] = [carriers.length, now];
    last().ears.onEnd({ code, pause });
    while (carriers.length === tried && now - from < 600_000) pass(10);
    return now - from;
  };
  return { socket, carriers, last, frames, ends, connections, pass, greet, open, fail };
}

test("it is open with the server's hello, not before", () => {
  const { socket, connections, greet } = setUp();
  socket.start();
  expect(socket.connection).toBe("connecting");
  greet();
  expect(connections).toEqual(["connecting", "open"]);
});

test("a command without a connection is refused, and may be retried", async () => {
  const { socket } = setUp();
  await expect(socket.request({ type: "ping" })).rejects.toEqual(new Refusal("disconnected", true));
});

test("a lost connection comes back after a pause", () => {
  const { open, last, socket, carriers, pass } = setUp();
  open();
  last().ears.onEnd({ code: 1006 });
  expect(socket.connection).toBe("waiting");
  pass(500);
  expect(carriers).toHaveLength(2);
});

test("the pauses grow, up to a bound, and are short again after a good connection", () => {
  const { socket, fail, greet, pass } = setUp();
  socket.start();
  expect(Array.from({ length: 8 }, () => fail())).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
  greet();
  expect(fail()).toBe(20_000);
  greet();
  pass(STABLE_MS);
  expect(fail()).toBe(500);
});

test("a server that restarts is looked for more often", () => {
  const { open, fail } = setUp();
  open();
  const pauses = [fail(1012), ...Array.from({ length: 6 }, () => fail())];
  expect(pauses).toEqual([500, 1000, 2000, 2000, 2000, 2000, 2000]);
  expect(Math.max(...pauses)).toBe(RESTART_MOST_MS);
});

test("a pause the server asked for is kept, also by who comes back to the page", () => {
  const { open, socket, last, carriers, pass } = setUp();
  open();
  last().ears.onEnd({ code: 1013, pause: 7000 });
  pass(6_900);
  socket.wake();
  expect(carriers).toHaveLength(1);
  pass(600);
  expect(carriers).toHaveLength(2);
});

test("an ended session is final", () => {
  const { open, socket, last, carriers, ends } = setUp();
  open();
  last().ears.onEnd({ code: 4001 });
  expect(ends).toEqual([4001]);
  socket.start();
  socket.wake();
  expect(carriers).toHaveLength(1);
});

test("a client that was too slow resumes", () => {
  const { open, socket, last } = setUp();
  open();
  last().ears.onEnd({ code: 4008 });
  expect(socket.connection).toBe("waiting");
});

test("silence is asked about, and a dead connection given up", () => {
  const { open, last, socket, pass } = setUp();
  open();
  const carrier = last();
  pass(SILENCE_MS);
  expect(carrier.probes).toBe(1);
  expect(socket.connection).toBe("open");
  pass(ANSWER_MS);
  expect(socket.connection).toBe("waiting");
  expect(carrier.closed).toBe(true);
});

test("an answer to the question is a sign of life", () => {
  const { open, last, socket, pass } = setUp();
  open();
  pass(SILENCE_MS + 1);
  last().ears.onAlive();
  pass(ANSWER_MS + 1);
  expect(socket.connection).toBe("open");
});

test("a command without an answer is asked about soon", () => {
  const { open, last, socket, pass } = setUp();
  open();
  void socket.request({ type: "ping" });
  pass(UNANSWERED_MS);
  expect(last().probes).toBe(1);
});

test("an attempt that leads nowhere is given up", () => {
  const { socket, last, carriers, pass } = setUp();
  socket.start();
  const stuck = last();
  pass(OPENING_MS + 500);
  expect(stuck.closed).toBe(true);
  expect(carriers).toHaveLength(2);
});

test("who comes back to the page does not wait for the pause to end", () => {
  const { socket, fail, carriers } = setUp();
  socket.start();
  fail();
  fail();
  fail();
  const before = carriers.length;
  carriers.at(-1)?.ears.onEnd({ code: 1006 });
  socket.wake();
  expect(carriers).toHaveLength(before + 1);
});

test("after sleep a connection that looks open has to prove it soon", () => {
  const { open, socket, last, carriers, pass } = setUp();
  open();
  pass(WAKING_MS + 1);
  socket.wake();
  expect(last().probes).toBe(1);
  pass(WAKING_MS);
  expect(socket.connection).toBe("waiting");
  pass(500);
  expect(carriers).toHaveLength(2);
});

test("who comes back again and again does not put off the end of a dead connection", () => {
  const { open, socket, pass } = setUp();
  open();
  pass(WAKING_MS + 1);
  for (let turn = 0; turn < 8 && socket.connection === "open"; turn++) {
    socket.wake();
    void socket.request({ type: "ping" });
    pass(WAKING_MS / 4);
  }
  expect(socket.connection).toBe("waiting");
});

test("what was heard a moment ago needs no proof", () => {
  const { open, socket, last } = setUp();
  open();
  socket.wake();
  expect(last().probes).toBe(0);
});

test("frames are passed on; what an earlier connection still says is not", () => {
  const { open, last, frames, fail } = setUp();
  open();
  const earlier = last();
  earlier.ears.onFrame(message(3));
  fail();
  earlier.ears.onFrame(message(4));
  expect(frames).toEqual([HELLO, message(3)]);
});

// --- the event stream --------------------------------------------------------------------------------------------

/** Where no WebSocket gets through and requests do. */
function behindProxy() {
  const all = setUp();
  all.socket.start();
  all.fail();
  all.fail();
  all.greet();
  return all;
}

test("where WebSockets fail and requests do not, the event stream carries", () => {
  const { carriers, socket } = behindProxy();
  expect(carriers.map(({ kind }) => kind)).toEqual(["socket", "socket", "stream"]);
  expect(socket.carriedBy).toBe("stream");
});

test("while the server is away both have their turns", () => {
  const { socket, carriers, fail } = setUp();
  socket.start();
  for (let turn = 0; turn < 5; turn++) fail();
  expect(carriers.map(({ kind }) => kind)).toEqual(["socket", "socket", "stream", "socket", "stream", "socket"]);
});

test("a server that refuses over a WebSocket is no reason for the event stream", () => {
  const { socket, carriers, fail } = setUp();
  socket.start();
  expect(Array.from({ length: 3 }, () => fail(1013))).toEqual([1500, 2000, 3000]);
  expect(carriers.map(({ kind }) => kind)).toEqual(["socket", "socket", "socket", "socket"]);
});

test("where an earlier page needed the event stream it is tried first", () => {
  const { socket, carriers, greet, pass } = setUp("stream");
  socket.start();
  greet();
  pass(TRIAL_FIRST_MS);
  expect(carriers.map(({ kind }) => kind)).toEqual(["stream", "socket"]);
});

test("an event stream that ends is opened again first", () => {
  const { carriers, fail } = behindProxy();
  fail();
  expect(carriers.at(-1)?.kind).toBe("stream");
});

test("a WebSocket that works takes the event stream's place, without a moment between", () => {
  const { carriers, socket, connections, greet, pass, frames } = behindProxy();
  const [stream] = carriers.slice(-1);
  pass(TRIAL_FIRST_MS);
  expect(carriers.at(-1)?.kind).toBe("socket");
  stream?.ears.onFrame(message(3));
  expect(stream?.closed).toBe(false);
  greet();
  expect(stream?.closed).toBe(true);
  stream?.ears.onFrame(message(4));
  expect(socket.carriedBy).toBe("socket");
  expect(connections.at(-1)).toBe("open");
  expect(frames.filter(({ type }) => type === "message.posted")).toEqual([message(3)]);
});

test("a WebSocket that fails again does not disturb the event stream, and is tried again later", () => {
  const { carriers, socket, last, pass } = behindProxy();
  pass(TRIAL_FIRST_MS);
  last().ears.onEnd({ code: 1006 });
  expect(socket.carriedBy).toBe("stream");
  for (const carrier of carriers.filter(({ kind }) => kind === "stream")) carrier.ears.onAlive();
  pass(TRIAL_FIRST_MS);
  expect(carriers).toHaveLength(4);
  pass(TRIAL_FIRST_MS);
  expect(carriers).toHaveLength(5);
});

test("an event stream that has gone silent is given up", () => {
  const { socket, pass, last } = behindProxy();
  const stream = last();
  pass(TRIAL_FIRST_MS);
  pass(SILENCE_MS + ANSWER_MS);
  expect(stream.closed).toBe(true);
  expect(socket.carriedBy).toBeUndefined();
});
