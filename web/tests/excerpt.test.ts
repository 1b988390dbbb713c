import { expect, test } from "vitest";

import { cleanExcerpt, leadIn } from "@/lib/excerpt";

test("formatting marks around a hit go, the hit stays", () => {
  expect(cleanExcerpt([{ text: "flat at **" }, { text: "112", hit: true }, { text: " MB** with" }])).toEqual([
    { text: "flat at " },
    { text: "112", hit: true },
    { text: " MB with" },
  ]);
});

test("lines become one, and the items of a list stay apart", () => {
  expect(cleanExcerpt([{ text: "- one\nmore\n- " }, { text: "two", hit: true }, { text: "\n3. *three*" }])).toEqual([
    { text: "one more · " },
    { text: "two", hit: true },
    { text: " · three" },
  ]);
});

test("a hit within a link's address is not lost with it", () => {
  const pieces = [{ text: "[docs](https://" }, { text: "kettle", hit: true }, { text: ".example)" }];
  expect(cleanExcerpt(pieces)).toEqual(pieces);
});

test("neighbouring hits stay apart, nothing is made up", () => {
  expect(
    cleanExcerpt([
      { text: "发", hit: true },
      { text: "布", hit: true },
    ]),
  ).toEqual([
    { text: "发", hit: true },
    { text: "布", hit: true },
  ]);
  expect(cleanExcerpt([])).toEqual([]);
  expect(cleanExcerpt([{ text: "a\uFDD0b" }])).toEqual([{ text: "ab" }]);
});

test("only so much stands before the first hit that it is seen", () => {
  const tea = { text: "tea", hit: true };
  expect(leadIn([{ text: "a long way to the " }, tea, { text: " at last" }], 12)).toEqual([
    { text: "… way to the " },
    tea,
    { text: " at last" },
  ]);
  expect(leadIn([{ text: "说了很久才说到" }, tea], 6)).toEqual([{ text: "… 才说到" }, tea]);
  for (const short of [[{ text: "the " }, tea], [tea, { text: " is there" }], [{ text: "no hit in all this" }], []])
    expect(leadIn(short, 6)).toEqual(short);
});
