import { expect, test } from "vitest";

import { EVENTS_KEPT, Heard } from "@/lib/heard";

import { HALL, message, room, snapshot, summary } from "./make";

const OLD = snapshot({ channels: [summary()], room: room() });

test("a snapshot that was read before an event was heard gets it", () => {
  const heard = new Heard();
  heard.remember([message(3), message(4)]);
  const state = heard.fold(OLD);
  expect(state.channels[0]).toMatchObject({ seq: 7, number: 4 });
  expect(state.room?.lines.map(({ seq }) => seq)).toEqual([4, 5, 6, 7]);
  expect(state.stale).toBeUndefined();
});

test("a snapshot that is older than what is kept is stale", () => {
  const heard = new Heard();
  const many = Array.from({ length: EVENTS_KEPT + 1 }, (_, index) => message(index + 3));
  heard.remember(many);
  expect(heard.fold(OLD).stale).toEqual([`channel:${HALL}`]);
});

test("what comes again after a resume does no harm", () => {
  const heard = new Heard();
  heard.remember([message(3), message(4)]);
  heard.remember([message(3)]);
  expect(heard.fold(OLD).channels[0]).toMatchObject({ seq: 7 });
});

test("of another log nothing is known", () => {
  const heard = new Heard();
  heard.remember([message(3)]);
  heard.forget();
  expect(heard.fold(OLD)).toEqual(OLD);
});
