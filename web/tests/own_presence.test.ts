import { expect, test } from "vitest";

import type { Command } from "@/lib/carrier";
import { AWAY_MS, OwnPresence, OwnTyping, TYPING_REPEAT_MS } from "@/lib/own_presence";

import { DEN, HALL } from "./make";

/** Surroundings whose clock the test holds. */
function setUp() {
  let now = 0;
  const sent: Command[] = [];
  const timers = new Set<{ call(): void; at: number }>();
  const around = {
    send: (command: Command) => void sent.push(command),
    now: () => now,
    setTimeout(call: () => void, ms: number) {
      const timer = { call, at: now + ms };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer: unknown) => void timers.delete(timer as never),
  };
  const pass = (ms: number) => {
    now += ms;
    for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.call();
  };
  return { around, sent, pass };
}

test("while one types it is said every few seconds, not with every key", () => {
  const { around, sent, pass } = setUp();
  const typing = new OwnTyping(around);
  for (let key = 0; key < 10; key++) {
    typing.changed(HALL, "h".repeat(key + 1));
    pass(TYPING_REPEAT_MS / 4);
  }
  expect(sent).toEqual(Array.from({ length: 3 }, () => ({ type: "typing.start", channel: HALL })));
});

test("who deletes what was begun is not typing; a space is nothing either", () => {
  const { around, sent } = setUp();
  const typing = new OwnTyping(around);
  typing.changed(HALL, " ");
  expect(sent).toEqual([]);
  typing.changed(HALL, "h");
  typing.changed(HALL, "");
  typing.changed(HALL, "");
  expect(sent).toEqual([
    { type: "typing.start", channel: HALL },
    { type: "typing.stop", channel: HALL },
  ]);
});

test("a post ends it by itself, and the next key says it again", () => {
  const { around, sent } = setUp();
  const typing = new OwnTyping(around);
  typing.changed(HALL, "h");
  typing.posted();
  typing.stopped();
  typing.changed(HALL, "n");
  typing.changed(DEN, "x");
  expect(sent).toEqual([HALL, HALL, DEN].map((channel) => ({ type: "typing.start", channel })));
});

test("without a sign of life for five minutes one is away, and back with the next one", () => {
  const { around, sent, pass } = setUp();
  const presence = new OwnPresence(around, () => undefined);
  pass(AWAY_MS - 1);
  presence.seen();
  pass(AWAY_MS - 1);
  expect(presence.away).toBe(false);
  pass(1);
  expect(presence.away).toBe(true);
  presence.seen();
  pass(AWAY_MS);
  expect(sent).toEqual(["away", "online", "away"].map((status) => ({ type: "presence.set", status })));
});

test("a new connection of one who is away says so", () => {
  const { around, sent, pass } = setUp();
  const presence = new OwnPresence(around, () => undefined);
  presence.greeted();
  expect(sent).toEqual([]);
  pass(AWAY_MS);
  presence.greeted();
  expect(sent).toHaveLength(2);
});
