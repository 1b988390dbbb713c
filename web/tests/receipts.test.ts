import { expect, test } from "vitest";

import { signsOf } from "@/lib/receipts";

import { ANN, BOB, ME, message } from "./make";

const LINES = [
  message(1, { author: ME }),
  message(2),
  message(3, { author: ME }),
  message(4, { author: ME }),
  message(5, { author: ME, deleted: true, text: undefined }),
  message(6),
];

test("each reader's mark stands at the last of my messages they have read", () => {
  const signs = signsOf(LINES, { [ANN]: 3, [BOB]: 6, [ME]: 6 }, ME);
  expect([...signs]).toEqual([
    [3, { marks: [ANN], readers: [ANN, BOB] }],
    [4, { marks: [BOB], readers: [BOB] }],
  ]);
});

test("my newest message has a sign before anybody has read it", () => {
  expect([...signsOf(LINES, { [ANN]: 0 }, ME)]).toEqual([[4, { marks: [], readers: [] }]]);
});

test("who has written nothing has no signs", () => {
  expect(signsOf([message(1)], { [ANN]: 1 }, ME).size).toBe(0);
});
