import { afterEach, describe, expect, test, vi } from "vitest";

import type { ClientState } from "@/lib/apply_event";
import type { Snapshot, Thread } from "@/lib/protocol.gen.ts";
import { isReply } from "@/lib/room_slice";
import { REPLIES_KEPT, ThreadWindow } from "@/lib/thread_window";
import { countUnreadThreads, followOf, unreadIn } from "@/lib/threads";

import { DEN, HALL, message, room, snapshot, summary } from "./make";

const reply = (number: number) => message(number, { thread: 1, place: number - 1 });
const thread = (numbers: readonly number[], changes: Partial<Thread> = {}): Thread => ({
  root: message(1),
  lines: numbers.map(reply),
  ...changes,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A server that answers by path, and a state that hears nothing else. */
function open(state: ClientState, answers: Record<string, object> = {}) {
  let now = state;
  const asked: string[] = [];
  const taken: Snapshot[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return path in answers ? Response.json(answers[path]) : Response.json({ code: "no_such_message" }, { status: 404 });
  });
  const window = new ThreadWindow({
    settled: () => now,
    fold: (fresh) => fresh,
    show: (next) => (now = next),
    take: (fresh) => taken.push(fresh),
  });
  const numbers = () => now.thread?.lines.map((line) => line.number);
  return { window, now: () => now, hear: (next: ClientState) => (now = next), numbers, asked, taken };
}

const at = (number: number) => `/api/snapshot?channel=${HALL}&thread=${number}`;
const page = (where: string) => `/api/channels/${HALL}/messages/1/thread?${where}`;

afterEach(() => vi.unstubAllGlobals());

describe("a thread beside the room", () => {
  test("opens beside the lines that are there", async () => {
    const lines = [message(1), message(9)];
    const { window, now, numbers } = open(snapshot({ room: room({ lines }) }), {
      [at(1)]: snapshot({ thread: thread([3, 4]) }),
    });
    await window.open(HALL, 1);
    expect(numbers()).toEqual([3, 4]);
    expect(now().room?.lines).toBe(lines);
  });

  test("waits for the connection, which is behind the server's answer, to come up with it", async () => {
    const later = { channels: [summary({ seq: 6, number: 5 })] };
    const world = open(snapshot(), { [at(1)]: snapshot({ ...later, thread: thread([3, 5]) }) });
    const opening = world.window.open(HALL, 1);
    await vi.waitFor(() => expect(world.asked).toHaveLength(1));
    world.hear({ ...world.now(), ...later });
    await opening;
    expect(world.numbers()).toEqual([3, 5]);
    expect(world.taken).toEqual([]);
  });

  test("is not opened in a room one has gone to meanwhile", async () => {
    const world = open(snapshot(), { [at(1)]: snapshot({ thread: thread([3]) }) });
    const opening = world.window.open(HALL, 1);
    world.hear(snapshot({ room: room({ channel: summary({ id: DEN }) }) }));
    await opening;
    expect(world.numbers()).toBeUndefined();
  });

  test("loads what is before and what is behind, and is live again at its end", async () => {
    const { window, now, numbers } = open(snapshot({ thread: thread([10, 11], { older: true, newer: true }) }), {
      [page("before=10")]: { messages: [8, 9].map(reply), older: false },
      [page("after=11")]: { messages: [12].map(reply), newer: true },
      [page("after=12")]: { messages: [13, 14].map(reply), newer: false },
      [at(1)]: snapshot({ thread: thread([13, 14, 15], { older: true }) }),
    });
    await window.loadOlder();
    await window.loadNewer();
    expect(numbers()).toEqual([8, 9, 10, 11, 12]);
    expect(now().thread?.newer).toBe(true);
    await window.loadNewer();
    expect(numbers()).toEqual(range(8, 15));
    expect(now().thread?.newer ?? false).toBe(false);
  });

  test("does not grow without end", () => {
    const { window } = open(snapshot());
    const long = snapshot({ thread: thread(range(2, REPLIES_KEPT + 3)) });
    expect(window.trimmed(long).thread).toMatchObject({ older: true });
    expect(window.trimmed(long).thread?.lines).toHaveLength(REPLIES_KEPT / 2);
    const short = snapshot({ thread: thread([2, 3]) });
    expect(window.trimmed(short)).toBe(short);
  });
});

test("a number that is missing among a room's lines is a reply's; beyond them nothing is known", () => {
  const lines = [message(4), message(7)];
  const window = room({ channel: summary({ number: 12 }), lines, newer: true });
  expect([4, 5, 7, 8, 3].map((number) => isReply(window, number))).toEqual([false, true, false, false, false]);
  const end = { ...window, newer: false };
  expect([8, 12, 13].map((number) => isReply(end, number))).toEqual([true, true, false]);
});

test("followed threads say where something is unread", () => {
  const base = { since: 1, position: 1, position_seq: 1 };
  const threads = [
    { channel: HALL, number: 1, ...base, unread: [3, 4] },
    { channel: HALL, number: 2, ...base },
    { channel: DEN, number: 1, ...base, unread: [9] },
  ];
  expect(countUnreadThreads({ threads })).toBe(2);
  expect([...unreadIn({ threads }, HALL)]).toEqual([[1, 2]]);
  expect(followOf({ threads }, DEN, 1)?.unread).toEqual([9]);
  expect(followOf({ threads }, DEN, 2)).toBeUndefined();
});
