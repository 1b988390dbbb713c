import { expect, test } from "vitest";

import { pinsNow } from "@/lib/kept";

import { BOB, message, room } from "./make";

const pin = (number: number) => ({ message: message(number, { text: "as it was" }), by: BOB, at: 1 });

test("of a list of pins those are shown that are pinned still, as the room has them now", () => {
  const list = { pins: [pin(9), pin(2), pin(1)], users: [] };
  const shown = pinsNow(list, { ...room(), pins: [9, 2], lines: [message(2, { text: "edited" })] });
  expect(shown.map(({ message: { number, text } }) => [number, text])).toEqual([
    [9, "as it was"],
    [2, "edited"],
  ]);
});

test("a room without pins shows none", () => {
  expect(pinsNow({ pins: [pin(1)], users: [] }, room())).toEqual([]);
});
