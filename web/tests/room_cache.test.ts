import { describe, expect, test } from "vitest";

import { Heard } from "@/lib/heard";
import { ROOM_LINES_KEPT, RoomCache, ROOMS_KEPT } from "@/lib/room_cache";
import { equal, sameAsBefore } from "@/lib/sharing";

import { ANN, BOB, DEN, HALL, message, room, snapshot, summary } from "./make";

describe("rooms that were open", () => {
  test("are kept with their newest lines and those whom these name", () => {
    const cache = new RoomCache();
    const lines = Array.from({ length: ROOM_LINES_KEPT + 5 }, (_, index) => message(index + 1));
    cache.put(room({ lines }), [
      { id: ANN, name: "ann" },
      { id: BOB, name: "bob" },
    ]);
    const kept = cache.get(HALL);
    expect(kept?.room.lines).toEqual(lines.slice(5));
    expect(kept?.room.older).toBe(true);
    expect(kept?.users).toEqual([{ id: ANN, name: "ann" }]);
  });

  test("are not kept where the newest lines are missing", () => {
    const cache = new RoomCache();
    cache.put(room({ newer: true }), []);
    expect(cache.has(HALL)).toBe(false);
  });

  test("are let go of in the order they were last used", () => {
    const cache = new RoomCache();
    const put = (id: string) => cache.put(room({ channel: summary({ id }) }), []);
    put(DEN);
    for (let number = 1; number < ROOMS_KEPT; number++) put(`room ${number}`);
    cache.get(DEN);
    put(HALL);
    expect(cache.has(DEN)).toBe(true);
    expect(cache.has("room 1")).toBe(false);
    expect(cache.has("room 2")).toBe(true);
  });
});

describe("a kept room", () => {
  test("is brought up to date with what was heard in it, and with nothing else", () => {
    const heard = new Heard();
    heard.remember([message(3), message(4), message(1, { channel: DEN })]);
    const brought = heard.bring(snapshot(), room());
    expect(brought.lines.map((line) => line.seq)).toEqual([4, 5, 6, 7]);
    expect(brought.channel.seq).toBe(7);
  });

  test("stays behind where something in between was not heard", () => {
    const heard = new Heard();
    heard.remember([message(4)]);
    expect(heard.bring(snapshot(), room()).channel.seq).toBe(5);
  });
});

describe("a fresh snapshot", () => {
  test("shares everything that is as it was", () => {
    const before = snapshot();
    const fresh = structuredClone(before);
    const shared = sameAsBefore(fresh, before);
    expect(shared).toEqual(before);
    expect(shared.channels).toBe(before.channels);
    expect(shared.users).toBe(before.users);
    expect(shared.room?.lines).toBe(before.room?.lines);
    expect(shared.room?.channel).toBe(before.room?.channel);
  });

  test("has what is another, and what was there before it besides", () => {
    const before = snapshot();
    const changed = message(2, { text: "another" });
    const fresh = structuredClone({ ...before, room: room({ lines: [message(1), changed] }) });
    const shared = sameAsBefore(fresh, before);
    expect(shared.room?.lines[0]).toBe(before.room?.lines[0]);
    expect(shared.room?.lines[1]).toEqual(changed);
    expect(sameAsBefore(fresh, { ...before, epoch: "another" })).toBe(fresh);
  });

  test("equality is that of JSON", () => {
    expect(equal({ a: [1, { b: "c" }] }, { a: [1, { b: "c" }] })).toBe(true);
    expect(equal({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(equal([1], { 0: 1 })).toBe(false);
    expect(equal(null, {})).toBe(false);
  });
});
