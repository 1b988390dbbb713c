import { expect, test, vi } from "vitest";

import { Refusal } from "@/lib/api_client";
import { Outbox, type OutboxItem } from "@/lib/outbox";
import type { Ok } from "@/lib/protocol.gen.ts";

import { HALL, ME, message, room, snapshot, summary } from "./make";

/** An outbox whose every send is answered by the test. */
function outbox() {
  const sent: { item: OutboxItem; ok(ok: Partial<Ok>): Promise<void>; refuse(error: Refusal): Promise<void> }[] = [];
  const timers: (() => void)[] = [];
  let keys = 0;
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  const box = new Outbox({
    send: (item) =>
      new Promise((resolve, reject) => {
        sent.push({
          item,
          ok: (ok) => (resolve({ type: "ok", id: 1, ...ok }), settle()),
          refuse: (error) => (reject(error), settle()),
        });
      }),
    onChange: vi.fn(),
    setTimeout: (call) => timers.push(call),
    now: () => 1000,
    newKey: () => `key-${++keys}`,
  });
  return { box, sent, timers };
}

test("a post is shown at once and waits for its answer", () => {
  const { box } = outbox();
  box.post(HALL, "hello");
  expect(box.items).toEqual([{ key: "key-1", channel: HALL, text: "hello", at: 1000, status: "waiting" }]);
});

test("posts of one channel go out one after the other", async () => {
  const { box, sent } = outbox();
  box.post(HALL, "one");
  box.post(HALL, "two");
  expect(sent.map((each) => each.item.text)).toEqual(["one"]);
  await sent[0]?.ok({ seq: 6, number: 3 });
  expect(sent.map((each) => each.item.text)).toEqual(["one", "two"]);
});

test("after a disconnect the same key is sent again", async () => {
  const { box, sent } = outbox();
  box.post(HALL, "hello");
  await sent[0]?.refuse(new Refusal("disconnected", true));
  expect(box.items[0]?.status).toBe("waiting");
  box.pump();
  expect(sent.map((each) => each.item.key)).toEqual(["key-1", "key-1"]);
});

test("a refusal that may pass is tried again after a pause", async () => {
  const { box, sent, timers } = outbox();
  box.post(HALL, "hello");
  await sent[0]?.refuse(new Refusal("busy", true));
  expect(sent).toHaveLength(1);
  timers[0]?.();
  expect(sent).toHaveLength(2);
});

test("a refusal for good fails, and is retried by hand with the same key", async () => {
  const { box, sent } = outbox();
  box.post(HALL, "hello");
  await sent[0]?.refuse(new Refusal("text_too_long"));
  expect(box.items[0]).toMatchObject({ status: "failed", error: "text_too_long" });
  box.retry("key-1");
  expect(sent[1]?.item.key).toBe("key-1");
});

test("what failed can be discarded", async () => {
  const { box, sent } = outbox();
  box.post(HALL, "hello");
  await sent[0]?.refuse(new Refusal("bad_text"));
  box.discard("key-1");
  expect(box.items).toEqual([]);
});

test("an event with the key replaces the post, even before the answer", () => {
  const { box } = outbox();
  box.post(HALL, "hello");
  const lines = [message(3, { author: ME, key: "key-1" })];
  box.settle(snapshot({ room: room({ lines }) }));
  expect(box.items).toEqual([]);
});

test("a post in another channel than the open one leaves when its seq has passed", async () => {
  const { box, sent } = outbox();
  box.post(HALL, "hello");
  await sent[0]?.ok({ seq: 6, number: 3 });
  box.settle(snapshot({ room: undefined }));
  expect(box.items).toHaveLength(1);
  box.settle(snapshot({ room: undefined, channels: [summary({ seq: 6 })] }));
  expect(box.items).toEqual([]);
});

test("there is a bound to what waits", () => {
  const { box } = outbox();
  for (let index = 0; index < 100; index++) expect(box.post(HALL, "x")).toBe(true);
  expect(box.post(HALL, "x")).toBe(false);
});
