import { expect, test } from "vitest";

import { Refusal } from "@/lib/api_client";
import type { AnyEvent } from "@/lib/protocol.gen.ts";
import { type Connection, SILENCE_MS, Socket, type Wire } from "@/lib/socket";

import { message } from "./make";

interface Timer {
  call(): void;
  ms: number;
}

/** A socket whose wires and clock the test holds. */
function setUp() {
  const wires: (Wire & { sent: Record<string, unknown>[]; closed: boolean })[] = [];
  const timers = new Set<Timer>();
  const events: AnyEvent[] = [];
  const resets: string[] = [];
  const ends: number[] = [];
  const connections: Connection[] = [];
  const socket = new Socket(
    {
      open() {
        const sent: Record<string, unknown>[] = [];
        const wire = {
          readyState: 1,
          sent,
          closed: false,
          onopen: null,
          onmessage: null,
          onclose: null,
          onerror: null,
          send: (data: string) => void sent.push(JSON.parse(data)),
          close: () => void (wire.closed = true),
        };
        wires.push(wire as (typeof wires)[number]);
        return wire;
      },
      setTimeout(call, ms) {
        const timer = { call, ms };
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => void timers.delete(timer as Timer),
      random: () => 1,
    },
    {
      position: () => ({ streams: { "channel:x": 4 }, epoch: "e" }),
      onWelcome: () => undefined,
      onEvent: (event) => events.push(event),
      onReset: (stream) => resets.push(stream),
      onConnection: (connection) => connections.push(connection),
      onEnd: (code) => ends.push(code),
    },
  );
  const wire = () => {
    const last = wires.at(-1);
    if (!last) throw new Error("no wire");
    return last;
  };
  const hear = (frame: object) => wire().onmessage?.({ data: JSON.stringify(frame) });
  const open = () => {
    socket.start();
    wire().onopen?.(undefined as never);
    hear({ type: "hello", user: {}, epoch: "e", streams: {}, limits: {} });
  };
  const pass = (ms: number) => {
    for (const timer of [...timers]) {
      if (timer.ms <= ms && timers.delete(timer)) timer.call();
    }
  };
  return { socket, wires, wire, timers, events, resets, ends, connections, hear, open, pass };
}

test("the first frame is hello with the positions", () => {
  const { open, wire, connections } = setUp();
  open();
  expect(wire().sent[0]).toEqual({ type: "hello", streams: { "channel:x": 4 }, epoch: "e" });
  expect(connections).toEqual(["connecting", "open"]);
});

test("an answer reaches the command that has its id", async () => {
  const { open, socket, wire, hear } = setUp();
  open();
  const [one, two] = [socket.request({ type: "ping" }), socket.request({ type: "ping" })];
  expect(wire().sent.slice(1)).toEqual([
    { type: "ping", id: 1 },
    { type: "ping", id: 2 },
  ]);
  hear({ type: "error", id: 2, code: "busy", message: "", advice: "", retry: true, retry_after: 3 });
  hear({ type: "ok", id: 1, seq: 9 });
  expect(await one).toMatchObject({ seq: 9 });
  await expect(two).rejects.toMatchObject({ code: "busy", retry: true, retryAfter: 3 });
});

test("a command without a connection is refused, and may be retried", async () => {
  const { socket } = setUp();
  await expect(socket.request({ type: "ping" })).rejects.toEqual(new Refusal("disconnected", true));
});

test("a lost connection rejects what was under way and comes back after a pause", async () => {
  const { open, socket, wire, wires, pass } = setUp();
  open();
  const waiting = socket.request({ type: "ping" });
  wire().onclose?.({ code: 1006, reason: "" });
  await expect(waiting).rejects.toMatchObject({ code: "disconnected" });
  expect(socket.connection).toBe("waiting");
  pass(500);
  expect(wires).toHaveLength(2);
});

test("the pauses grow, up to a bound", () => {
  const { socket, wire, timers, pass } = setUp();
  socket.start();
  const pauses = Array.from({ length: 8 }, () => {
    wire().onclose?.({ code: 1006, reason: "" });
    const pause = Math.max(...[...timers].map((timer) => timer.ms));
    pass(pause);
    return pause;
  });
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
});

test("an ended session is final", () => {
  const { open, socket, wire, wires, ends } = setUp();
  open();
  wire().onclose?.({ code: 4001, reason: "" });
  expect(ends).toEqual([4001]);
  socket.start();
  expect(wires).toHaveLength(1);
});

test("a client that was too slow resumes", () => {
  const { open, socket, wire } = setUp();
  open();
  wire().onclose?.({ code: 4008, reason: "" });
  expect(socket.connection).toBe("waiting");
});

test("silence is asked about, and a dead connection given up", () => {
  const { open, wire, socket, pass } = setUp();
  open();
  pass(SILENCE_MS);
  expect(wire().sent.at(-1)).toMatchObject({ type: "ping" });
  pass(SILENCE_MS);
  expect(socket.connection).toBe("waiting");
  expect(wire().closed).toBe(true);
});

test("events and resets are passed on; what an earlier wire still says is not", () => {
  const { open, wire, events, resets, hear } = setUp();
  open();
  const earlier = wire();
  const { onmessage } = earlier;
  hear(message(3));
  hear({ type: "reset", stream: "channel:x" });
  earlier.onclose?.({ code: 1006, reason: "" });
  onmessage?.({ data: JSON.stringify(message(4)) });
  expect(events).toEqual([message(3)]);
  expect(resets).toEqual(["channel:x"]);
});
