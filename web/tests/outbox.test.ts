import { expect, test, vi } from "vitest";

import { Refusal } from "@/lib/api_client";
import { Outbox, type OutboxItem, type OutboxNews, THEIRS_MS } from "@/lib/outbox";
import type { OutboxStore } from "@/lib/outbox_store";
import type { Ok } from "@/lib/protocol.gen.ts";

import { DEN, HALL, ME, message, room, snapshot, summary } from "./make";

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** What several tabs share: the store, and taking turns. */
class Browser {
  readonly kept = new Map<string, OutboxItem>();
  readonly tabs: Outbox[] = [];
  readonly #turns = new Map<string, Promise<void>>();

  readonly store: OutboxStore = {
    load: async () => [...this.kept.values()],
    keep: async (item) => void this.kept.set(item.key, item),
    drop: async (key) => void this.kept.delete(key),
    holds: async (key) => this.kept.has(key),
    clear: async () => this.kept.clear(),
  };

  /** What is left when all pages have ended. */
  startedAgain(): Browser {
    const next = new Browser();
    for (const [key, item] of this.kept) next.kept.set(key, item);
    return next;
  }

  alone(channel: string, call: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(channel) ?? Promise.resolve()).then(call);
    this.#turns.set(channel, turn);
    return turn;
  }
}

interface Sent {
  item: OutboxItem;
  ok(ok: Partial<Ok>): Promise<void>;
  refuse(error: Refusal): Promise<void>;
}

/** A tab's outbox, whose every send is answered by the test. */
async function open(browser = new Browser(), state = snapshot({ room: undefined })) {
  const sent: Sent[] = [];
  const timers: { call(): void; ms: number }[] = [];
  const cleared = new Set<unknown>();
  const shown = vi.fn();
  const box: Outbox = new Outbox({
    store: browser.store,
    send: (item) =>
      new Promise((resolve, reject) => {
        sent.push({
          item,
          ok: (ok) => (resolve({ type: "ok", id: 1, ...ok }), settled()),
          refuse: (error) => (reject(error), settled()),
        });
      }),
    onChange: shown,
    tell: (news: OutboxNews) => browser.tabs.filter((tab) => tab !== box).forEach((tab) => tab.hear(news)),
    alone: (channel, _, call) => browser.alone(channel, call),
    setTimeout(call, ms) {
      const timer = { call: () => void (cleared.has(timer) || call()), ms };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => void cleared.add(timer),
    now: () => 1000,
    random: () => 1,
    newKey: () => `key-${browser.kept.size + 1}`,
  });
  browser.tabs.push(box);
  await box.begin(() => state);
  await settled();
  return { box, sent, timers, shown, browser };
}

const texts = (sent: Sent[]) => sent.map(({ item }) => item.text);

test("a post is shown at once and waits for its answer", async () => {
  const { box } = await open();
  box.post(HALL, "hello");
  expect(box.items).toEqual([{ key: "key-1", channel: HALL, text: "hello", at: 1000, status: "waiting" }]);
});

test("posts of one channel go out one after the other, those of another beside them", async () => {
  const { box, sent } = await open();
  box.post(HALL, "one");
  box.post(HALL, "two");
  box.post(DEN, "elsewhere");
  await settled();
  expect(texts(sent)).toEqual(["one", "elsewhere"]);
  await sent[0]?.ok({ seq: 6, number: 3 });
  expect(texts(sent)).toEqual(["one", "elsewhere", "two"]);
});

test("what was written without a connection goes out in order when it is back, with the same keys", async () => {
  const { box, sent } = await open();
  box.post(HALL, "one");
  box.post(HALL, "two");
  await settled();
  await sent[0]?.refuse(new Refusal("unreachable", true));
  box.pump();
  await settled();
  expect(sent).toHaveLength(1);
  box.wake();
  await settled();
  await sent[1]?.ok({ seq: 6, number: 3 });
  expect(sent.map(({ item }) => item.key)).toEqual(["key-1", "key-1", "key-2"]);
});

test("the pauses grow while nobody answers", async () => {
  const { box, sent, timers } = await open();
  box.post(HALL, "hello");
  const pauses = [];
  for (let turn = 0; turn < 7; turn++) {
    await settled();
    await sent[turn]?.refuse(new Refusal("unreachable", true));
    pauses.push(timers[turn]?.ms);
    timers[turn]?.call();
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
});

test("a pause the server asked for is kept, whatever happens meanwhile", async () => {
  const { box, sent, timers } = await open();
  box.post(HALL, "hello");
  await settled();
  await sent[0]?.refuse(new Refusal("busy", true, 3));
  expect(timers[0]?.ms).toBe(3000);
  box.wake();
  box.post(HALL, "and more");
  await settled();
  expect(sent).toHaveLength(1);
  timers[0]?.call();
  await settled();
  expect(sent).toHaveLength(2);
});

test("a refusal for good fails, and is retried by hand with the same key", async () => {
  const { box, sent, browser } = await open();
  box.post(HALL, "hello");
  await settled();
  await sent[0]?.refuse(new Refusal("text_too_long"));
  expect(box.items[0]).toMatchObject({ status: "failed", error: "text_too_long" });
  expect(browser.kept.get("key-1")).toMatchObject({ status: "failed" });
  box.retry("key-1");
  await settled();
  expect(sent[1]?.item.key).toBe("key-1");
});

test("what failed does not hold up what was written after it, and can be discarded", async () => {
  const { box, sent, browser } = await open();
  box.post(HALL, "bad");
  box.post(HALL, "good");
  await settled();
  await sent[0]?.refuse(new Refusal("bad_text"));
  expect(texts(sent)).toEqual(["bad", "good"]);
  box.discard("key-1");
  expect(box.items.map((item) => item.text)).toEqual(["good"]);
  expect([...browser.kept.keys()]).toEqual(["key-2"]);
});

test("an event with the key replaces the post, even before the answer", async () => {
  const { box, browser } = await open();
  box.post(HALL, "hello");
  const lines = [message(3, { author: ME, key: "key-1" })];
  box.settle(snapshot({ room: room({ lines }) }));
  expect(box.items).toEqual([]);
  await settled();
  expect(browser.kept.size).toBe(0);
});

test("a post in another channel than the open one leaves when its seq has passed", async () => {
  const { box, sent } = await open();
  box.post(HALL, "hello");
  await settled();
  await sent[0]?.ok({ seq: 6, number: 3 });
  box.settle(snapshot({ room: undefined }));
  expect(box.items).toHaveLength(1);
  box.settle(snapshot({ room: undefined, channels: [summary({ seq: 6 })] }));
  expect(box.items).toEqual([]);
});

test("what failed in a channel one is no longer in is not kept for nobody", async () => {
  const { box, sent, browser } = await open();
  box.post(DEN, "hello");
  await settled();
  await sent[0]?.refuse(new Refusal("not_a_member"));
  box.settle(snapshot());
  await settled();
  expect([box.items.length, browser.kept.size]).toEqual([0, 0]);
});

test("what the server had long ago is gone with its answer", async () => {
  const { box, sent } = await open(new Browser(), snapshot({ room: undefined, channels: [summary({ seq: 9 })] }));
  box.post(HALL, "hello");
  await settled();
  await sent[0]?.ok({ seq: 4, number: 1 });
  expect(box.items).toEqual([]);
});

test("there is a bound to what waits", async () => {
  const { box } = await open();
  for (let index = 0; index < 100; index++) expect(box.post(HALL, "x")).toBe(true);
  expect(box.post(HALL, "x")).toBe(false);
});

test("what a page left unsent goes out of the next one, before what is written there", async () => {
  const browser = new Browser();
  const before = await open(browser);
  before.box.post(HALL, "one");
  before.box.post(HALL, "two");
  await settled();
  const next = await open(browser.startedAgain());
  next.box.post(HALL, "three");
  for (let turn = 0; turn < 3; turn++) await next.sent[turn]?.ok({ seq: 6 + turn });
  expect(texts(next.sent)).toEqual(["one", "two", "three"]);
});

test("what was stored before the page ended is neither shown nor sent again", async () => {
  const browser = new Browser();
  const before = await open(browser);
  before.box.post(HALL, "hello");
  await settled();
  const lines = [message(3, { author: ME, key: "key-1" })];
  const after = await open(browser, snapshot({ room: room({ lines }) }));
  expect(after.box.items).toEqual([]);
  expect(after.shown).not.toHaveBeenCalled();
  expect(browser.kept.size).toBe(0);
});

test("of two tabs that hold a post one sends it, and both show it once", async () => {
  const browser = new Browser();
  const [one, two] = [await open(browser), await open(browser)];
  one.box.post(HALL, "hello");
  await settled();
  two.box.wake();
  await settled();
  expect([one.sent.length, two.sent.length]).toEqual([1, 0]);
  expect(two.box.items).toHaveLength(1);
  await one.sent[0]?.ok({ seq: 6, number: 3 });
  await settled();
  expect(two.sent).toHaveLength(0);
  expect(two.box.items).toMatchObject([{ status: "sent", seq: 6 }]);
});

test("a post whose tab died goes out of another one", async () => {
  const browser = new Browser();
  const [one, two] = [await open(browser), await open(browser)];
  one.box.post(HALL, "hello");
  await settled();
  await one.sent[0]?.refuse(new Refusal("unreachable", true));
  browser.tabs.shift();
  expect(two.timers[0]?.ms).toBe(THEIRS_MS);
  two.timers[0]?.call();
  await settled();
  expect(texts(two.sent)).toEqual(["hello"]);
});

test("a post that is discarded in one tab is gone from all", async () => {
  const browser = new Browser();
  const [one, two] = [await open(browser), await open(browser)];
  one.box.post(HALL, "hello");
  await settled();
  await one.sent[0]?.refuse(new Refusal("forbidden"));
  two.box.discard("key-1");
  await settled();
  expect([one.box.items, two.box.items]).toEqual([[], []]);
  expect(browser.kept.size).toBe(0);
});

test("the log-out empties the outbox of all tabs", async () => {
  const browser = new Browser();
  const [one, two] = [await open(browser), await open(browser)];
  one.box.post(HALL, "hello");
  await two.box.empty();
  expect([one.box.items, two.box.items]).toEqual([[], []]);
  expect(browser.kept.size).toBe(0);
});
