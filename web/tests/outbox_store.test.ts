import "fake-indexeddb/auto";

import { afterEach, expect, test, vi } from "vitest";

import type { OutboxItem } from "@/lib/outbox";
import { KeptPosts } from "@/lib/outbox_store";

import { ANN, BOB, HALL } from "./make";

function post(key: string, at: number, changes: Partial<OutboxItem> = {}): OutboxItem {
  return { key, channel: HALL, text: `text of ${key}`, at, status: "waiting", ...changes };
}

afterEach(async () => {
  vi.unstubAllGlobals();
  for (const user of [ANN, BOB]) await new KeptPosts(user).clear();
});

test("what was kept is there for the next page, in the order it was written", async () => {
  const store = new KeptPosts(ANN);
  await store.keep(post("b", 2));
  await store.keep(post("a", 3));
  await store.keep(post("c", 1, { status: "failed", error: "busy" }));
  expect(await new KeptPosts(ANN).load()).toEqual([
    post("c", 1, { status: "failed", error: "busy" }),
    post("b", 2),
    post("a", 3),
  ]);
});

test("nobody gets another's posts, nor drops them", async () => {
  const [ann, bob] = [new KeptPosts(ANN), new KeptPosts(BOB)];
  await ann.keep(post("a", 1));
  expect(await bob.load()).toEqual([]);
  expect(await bob.holds("a")).toBe(false);
  await bob.drop("a");
  await bob.clear();
  expect(await ann.load()).toEqual([post("a", 1)]);
});

test("what was dropped is gone", async () => {
  const store = new KeptPosts(ANN);
  await store.keep(post("a", 1));
  await store.drop("a");
  expect(await store.holds("a")).toBe(false);
  expect(await store.load()).toEqual([]);
});

test("where the browser refuses a database, memory has to do", async () => {
  vi.stubGlobal("indexedDB", {
    open() {
      throw new DOMException("not in a private window", "SecurityError");
    },
  });
  const store = new KeptPosts(ANN);
  await store.keep(post("a", 1));
  expect(await store.holds("a")).toBe(true);
  expect(await store.load()).toEqual([post("a", 1)]);
  await store.drop("a");
  expect(await store.load()).toEqual([]);
});
