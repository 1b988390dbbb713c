import { describe, expect, test } from "vitest";

import {
  FAR_PX,
  firstUnread,
  holdsNumber,
  indexOfNumber,
  LINES_DRAWN,
  NEAR_PX,
  nextRange,
  openingSlice,
  type Range,
  rangeOf,
  sliceAround,
  sliceAt,
  sliceOf,
  SPACER_MOST_PX,
  spacerFor,
  STEP,
} from "@/lib/room_slice";

import { ANN, HALL, ME, message } from "./make";

const LINES = Array.from({ length: 600 }, (_, index) => message(index + 1));

/** What a list with rows of one height measures when it shows `view` pixels from the line `top` on. */
function measure({ from, to }: Range, top: number, px: number, view = 800) {
  const above = (top - from) * px;
  const height = (to - from) * px;
  const reach = Math.floor(FAR_PX / px);
  const seen = Math.ceil(view / px);
  const near = { from: Math.max(from, top - reach), to: Math.min(to, top + seen + reach) };
  return { above, below: height - above - view, height, near };
}

describe("what is drawn", () => {
  test("a room opens with its newest lines, and goes on with those that come", () => {
    const slice = openingSlice(LINES);
    expect(rangeOf(LINES, slice)).toEqual({ from: 550, to: 600 });
    expect(rangeOf([...LINES, message(601)], slice)).toEqual({ from: 550, to: 601 });
  });

  test("a message's own page opens with what stands around it", () => {
    const range = rangeOf(LINES, openingSlice(LINES, 300));
    expect(range).toEqual({ from: 274, to: 324 });
    expect(rangeOf(LINES, openingSlice(LINES, 3))).toEqual({ from: 0, to: 50 });
    expect(rangeOf(LINES, openingSlice(LINES, 600))).toEqual({ from: 550, to: 600 });
  });

  test("a slice is found again after lines were put in before it, and gone when none of it is left", () => {
    const slice = sliceOf(LINES.slice(100), { from: 10, to: 60 });
    expect(rangeOf(LINES, slice)).toEqual({ from: 110, to: 160 });
    expect(rangeOf(LINES.slice(300), slice)).toBeUndefined();
    expect(rangeOf([], slice)).toEqual({ from: 0, to: 0 });
  });

  test.each([20, 56, 400])("scrolling from end to end with lines of %i px leaves nothing in view undrawn", (px) => {
    let range: Range = rangeOf(LINES, openingSlice(LINES)) ?? { from: 0, to: 0 };
    const seen = Math.ceil(800 / px);
    for (let top = LINES.length - seen; top >= 0; top--) {
      // A frame or two pass between a scroll and what it draws.
      for (let frame = 0; frame < 3; frame++) range = nextRange(LINES.length, range, measure(range, top, px));
      expect(range.from).toBeLessThanOrEqual(top);
      expect(range.to).toBeGreaterThanOrEqual(Math.min(LINES.length, top + seen));
      expect(range.to - range.from).toBeLessThanOrEqual(LINES_DRAWN);
    }
    expect(range.from).toBe(0);
  });

  test("one step adds few lines, and a list at rest stays as it is", () => {
    const range = { from: 300, to: 320 };
    const next = nextRange(LINES.length, range, { above: 100, below: 5000, height: 1000, near: range });
    expect(range.from - next.from).toBeLessThanOrEqual(STEP);
    const rest = { above: NEAR_PX + 1, below: NEAR_PX + 1, height: 3000, near: range };
    expect(nextRange(LINES.length, range, rest)).toBe(range);
  });
});

describe("places", () => {
  const gaps = [message(3), message(7), { ...message(9), seq: 30 }];

  test("a number leads to its message, or to the next there is", () => {
    expect([1, 3, 4, 9, 10].map((number) => indexOfNumber(gaps, number))).toEqual([0, 0, 1, 2, 3]);
    expect([2, 3, 5, 9, 10].map((number) => holdsNumber(gaps, number))).toEqual([false, true, true, true, false]);
    expect(rangeOf(gaps, sliceAround(gaps, 1, 1))).toEqual({ from: 1, to: 2 });
  });

  test("a place that is gone by the time its lines have come is none", () => {
    expect(sliceAt({ lines: gaps }, 7)).toEqual(sliceAround(gaps, 1));
    expect(sliceAt({ lines: gaps }, 8)).toEqual(sliceAround(gaps, 2));
    expect(sliceAt({ lines: gaps }, 40)).toBeUndefined();
    expect(sliceAt({ lines: gaps }, undefined)).toEqual(openingSlice(gaps));
    expect(sliceAt({ lines: gaps, newer: true }, undefined)).toBeUndefined();
  });

  test("what nobody has seen takes the height of as many lines like those drawn, within a bound", () => {
    expect(spacerFor(100, 2000, 50)).toBe(4000);
    expect(spacerFor(0, 2000, 50)).toBe(0);
    expect(spacerFor(1e9, 2000, 50)).toBe(SPACER_MOST_PX);
  });
});

describe("the first unread message", () => {
  const asked = { me: ME, after: 4, older: true };

  test("is the first one of another person's that is not deleted", () => {
    const lines = [message(4), message(5, { author: ME }), message(6, { deleted: true }), message(7), message(8)];
    expect(firstUnread(lines, asked)?.number).toBe(7);
    expect(firstUnread(lines, { ...asked, after: undefined })).toBeUndefined();
    expect(firstUnread(lines, { ...asked, after: 8 })).toBeUndefined();
  });

  test("is not known while lines are missing that may be unread as well", () => {
    expect(firstUnread([message(9), message(10)], asked)).toBeUndefined();
    expect(firstUnread([message(9), message(10)], { ...asked, older: false })?.number).toBe(9);
    expect(firstUnread([message(5), message(6)], asked)?.number).toBe(5);
    const system = { type: "topic.changed", channel: HALL, seq: 1, at: 1, by: ANN, topic: "x" } as const;
    expect(firstUnread([system, message(9)], asked)).toBeUndefined();
  });
});
