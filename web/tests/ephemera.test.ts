import { expect, test, vi } from "vitest";

import type { Command } from "@/lib/carrier";
import { Ephemera, RETURN_MS, WATCH_PAUSE_MS } from "@/lib/ephemera";
import type { Limits, Ok } from "@/lib/protocol.gen.ts";

import { ANN, BOB, HALL, ME } from "./make";

const LIMITS: Limits = { text_characters: 4000, message_bytes: 65_536, page_size: 50, presence_watch: 2 };
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** An ephemera whose clock and answers the test holds. */
function setUp(answers: Partial<Ok> = {}) {
  const asked: Command[] = [];
  const timers = new Set<{ call(): void; ms: number }>();
  const changed = vi.fn();
  const ephemera = new Ephemera(ME, {
    request: async (command) => (asked.push(command), { type: "ok", id: 1, ...answers }),
    setTimeout(call, ms) {
      const timer = { call, ms };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as never),
    random: () => 0.5,
  });
  ephemera.subscribe(changed);
  /** Lets the timers of this length end. */
  const pass = async (ms: number) => {
    for (const timer of [...timers]) if (timer.ms === ms && timers.delete(timer)) timer.call();
    await settled();
  };
  return { ephemera, asked, changed, pass };
}

test("others who write are told of, oneself is not", () => {
  const { ephemera, changed } = setUp();
  ephemera.hear({ type: "typing", channel: HALL, users: [ME, BOB, ANN] });
  expect(ephemera.typing(HALL)).toEqual([BOB, ANN]);
  expect(changed).toHaveBeenCalledTimes(1);
  ephemera.hear({ type: "typing", channel: HALL, users: [] });
  expect(ephemera.typing(HALL)).toEqual([]);
});

test("the same people told again are no news", () => {
  const { ephemera, changed } = setUp();
  ephemera.hear({ type: "typing", channel: HALL, users: [ANN] });
  const before = ephemera.typing(HALL);
  ephemera.hear({ type: "typing", channel: HALL, users: [ANN] });
  expect(ephemera.typing(HALL)).toBe(before);
  expect(changed).toHaveBeenCalledTimes(1);
});

test("who writes is forgotten when it is not said again", async () => {
  const { ephemera, pass } = setUp();
  ephemera.hear({ type: "typing", channel: HALL, users: [ANN] });
  await pass(8000);
  expect(ephemera.typing(HALL)).toEqual([]);
});

test("a message ends its author's writing", () => {
  const { ephemera } = setUp();
  ephemera.hear({ type: "typing", channel: HALL, users: [ANN, BOB] });
  ephemera.posted(HALL, ANN);
  expect(ephemera.typing(HALL)).toEqual([BOB]);
});

test("the server is told once whom the page shows, when that has come to rest", async () => {
  const { ephemera, asked, pass } = setUp({ presence: { [ANN]: "online", [BOB]: "away" } });
  ephemera.greeted(LIMITS);
  ephemera.watch(ANN);
  ephemera.watch(ANN);
  ephemera.watch(BOB);
  await pass(WATCH_PAUSE_MS);
  expect(asked).toEqual([{ type: "presence.watch", users: [ANN, BOB] }]);
  expect([ephemera.presence(ANN), ephemera.presence(BOB), ephemera.presence(ME)]).toEqual([
    "online",
    "away",
    undefined,
  ]);
  ephemera.hear({ type: "presence", users: { [ANN]: "offline" } });
  expect(ephemera.presence(ANN)).toBe("offline");
});

test("who is shown twice is watched until both are gone", async () => {
  const { ephemera, asked, pass } = setUp();
  ephemera.greeted(LIMITS);
  const [one, other] = [ephemera.watch(ANN), ephemera.watch(ANN)];
  await pass(WATCH_PAUSE_MS);
  one();
  await pass(WATCH_PAUSE_MS);
  expect(asked).toHaveLength(1);
  other();
  await pass(WATCH_PAUSE_MS);
  expect(asked.at(-1)).toEqual({ type: "presence.watch", users: [] });
});

test("no more are watched than the server allows: those who came into view last", async () => {
  const { ephemera, asked, pass } = setUp();
  ephemera.greeted(LIMITS);
  for (const user of [ME, ANN, BOB]) ephemera.watch(user);
  await pass(WATCH_PAUSE_MS);
  expect(asked).toEqual([{ type: "presence.watch", users: [ANN, BOB] }]);
});

test("after a lost connection nothing is known, and everything is asked for anew", async () => {
  const { ephemera, asked, pass } = setUp({ presence: { [ANN]: "online" }, positions: { [ANN]: 4 } });
  ephemera.greeted(LIMITS);
  ephemera.watch(ANN);
  ephemera.follow(HALL);
  await pass(WATCH_PAUSE_MS);
  ephemera.hear({ type: "typing", channel: HALL, users: [ANN] });
  ephemera.lost();
  expect([ephemera.presence(ANN), ephemera.typing(HALL)]).toEqual([undefined, []]);
  asked.length = 0;
  ephemera.greeted(LIMITS);
  await pass(0);
  expect(asked).toEqual([]);
  await pass(RETURN_MS / 2);
  await pass(WATCH_PAUSE_MS + RETURN_MS / 2);
  expect(asked.map(({ type }) => type)).toEqual(["receipt.list", "presence.watch"]);
});

test("nobody reads backwards", async () => {
  const { ephemera } = setUp({ positions: { [ANN]: 4, [BOB]: 2 } });
  ephemera.greeted(LIMITS);
  ephemera.follow(HALL);
  await settled();
  ephemera.hear({ type: "receipts", channel: HALL, positions: { [ANN]: 3, [BOB]: 5 } });
  expect(ephemera.positions(HALL)).toEqual({ [ANN]: 4, [BOB]: 5 });
});

test("of a channel that is not open nobody's reading is kept", () => {
  const { ephemera } = setUp();
  ephemera.hear({ type: "receipts", channel: HALL, positions: { [ANN]: 3 } });
  expect(ephemera.positions(HALL)).toBeUndefined();
});
