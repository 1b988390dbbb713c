import { expect, test } from "vitest";

import { placesFor, readWanted, stepThrough } from "../lib/switcher.ts";
import { summary } from "./make.ts";

const people = [
  { id: "me", name: "me" },
  { id: "ann", name: "ann" },
];
const last = (at: number) => ({ last: { number: 1, author: "ann", at } });
const CHANNELS = [
  summary({ id: "hall", name: "hall", ...last(1) }),
  summary({ id: "den", name: "den", ...last(3) }),
  summary({ id: "quiet", name: "quiet hall", ...last(2), unread: [1] }),
  summary({ id: "talk", name: "ann", kind: "direct", people, ...last(4) }),
];

function ids(written: string, open?: string) {
  return placesFor(CHANNELS, { ...readWanted(written), open, sounds: undefined }).map(({ id }) => id);
}

test("before anything is written it offers what waits, then what was last active, but not where one is", () => {
  expect(ids("")).toEqual(["quiet", "talk", "den", "hall"]);
  expect(ids("", "talk")).toEqual(["quiet", "den", "hall"]);
});

test("what was written is looked for in names, the best fit first", () => {
  expect(ids("hall")).toEqual(["hall", "quiet"]);
  expect(ids(" ANN ")).toEqual(["talk"]);
  expect(ids("nothing")).toEqual([]);
});

test("a sign asks for one kind, as Chinese keyboards write it too", () => {
  expect(ids("#")).toEqual(["quiet", "den", "hall"]);
  expect(ids("＃den")).toEqual(["den"]);
  expect(ids("@a")).toEqual(["talk"]);
  expect(ids(">den")).toEqual([]);
  expect(readWanted("》 theme")).toEqual({ wanted: "actions", text: "theme" });
});

test("the arrows go round the ends", () => {
  expect([stepThrough(0, -1, 3), stepThrough(2, 1, 3), stepThrough(0, 1, 0)]).toEqual([2, 0, 0]);
});
