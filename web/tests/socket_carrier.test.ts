import { expect, test, vi } from "vitest";

import { Refusal } from "@/lib/api_client";
import type { End } from "@/lib/carrier";
import type { AnyFrame } from "@/lib/protocol.gen.ts";
import { SocketCarrier, type Wire } from "@/lib/socket_carrier";

import { message } from "./make";

/** A carrier on a wire whose other end the test holds. */
function setUp() {
  const sent: Record<string, unknown>[] = [];
  const frames: AnyFrame[] = [];
  const ends: End[] = [];
  const wire: Wire = {
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (data) => void sent.push(JSON.parse(data)),
    close: vi.fn(),
  };
  const carrier = new SocketCarrier(wire, {
    position: () => ({ streams: { "channel:x": 4 }, epoch: "e" }),
    onFrame: (frame) => frames.push(frame),
    onAlive: () => undefined,
    onEnd: (end) => ends.push(end),
  });
  const { onmessage, onclose } = wire;
  const hear = (frame: object) => onmessage?.({ data: JSON.stringify(frame) });
  const end = (code: number, reason = "") => onclose?.({ code, reason });
  const greet = () => {
    wire.onopen?.(undefined as never);
    hear({ type: "hello", user: {}, epoch: "e", streams: {}, limits: {} });
    frames.length = 0;
  };
  return { carrier, wire, sent, frames, ends, hear, end, greet };
}

test("the first frame is hello with the positions", () => {
  const { greet, sent } = setUp();
  greet();
  expect(sent).toEqual([{ type: "hello", streams: { "channel:x": 4 }, epoch: "e" }]);
});

test("an answer reaches the command that has its id", async () => {
  const { greet, carrier, sent, hear } = setUp();
  greet();
  const [one, two] = [carrier.request({ type: "ping" }), carrier.request({ type: "ping" })];
  expect(sent.slice(1)).toEqual([
    { type: "ping", id: 1 },
    { type: "ping", id: 2 },
  ]);
  hear({ type: "error", id: 2, code: "busy", message: "", advice: "", retry: true, retry_after: 3 });
  hear({ type: "ok", id: 1, seq: 9 });
  expect(await one).toMatchObject({ seq: 9 });
  await expect(two).rejects.toMatchObject({ code: "busy", retry: true, retryAfter: 3 });
});

test("before the hello and after the end a command is refused, and may be retried", async () => {
  const { greet, carrier, end, ends } = setUp();
  const refused = new Refusal("disconnected", true);
  await expect(carrier.request({ type: "ping" })).rejects.toEqual(refused);
  greet();
  const waiting = carrier.request({ type: "ping" });
  end(1012, "restarting");
  await expect(waiting).rejects.toEqual(refused);
  await expect(carrier.request({ type: "ping" })).rejects.toEqual(refused);
  expect(ends).toEqual([{ code: 1012, pause: undefined }]);
});

test("a pause the server asks for is in the refusal before the end", () => {
  const { wire, hear, end, ends } = setUp();
  wire.onopen?.(undefined as never);
  hear({ type: "error", code: "busy", message: "", advice: "", retry: true, retry_after: 7 });
  end(1013, "busy");
  expect(ends).toEqual([{ code: 1013, pause: 7000 }]);
});

test("there is a bound to the commands under way", async () => {
  const { greet, carrier } = setUp();
  greet();
  for (let index = 0; index < 128; index++) carrier.request({ type: "ping" }).catch(() => undefined);
  await expect(carrier.request({ type: "ping" })).rejects.toMatchObject({ code: "busy" });
});

test("a closed one says nothing more", () => {
  const { greet, carrier, wire, frames, hear } = setUp();
  greet();
  hear(message(3));
  carrier.close();
  expect(wire.onmessage).toBeNull();
  expect(wire.close).toHaveBeenCalledWith(1000);
  expect(frames).toEqual([message(3)]);
});
