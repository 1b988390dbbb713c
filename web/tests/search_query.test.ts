import { expect, test } from "vitest";

import { searchPath } from "@/lib/addresses";
import {
  addTerm,
  complete,
  completingAt,
  faultIn,
  faultOf,
  filtersOf,
  hasFilter,
  matchNames,
  readTerms,
  removeTerm,
  unfinished,
  wordsOf,
  writeNamed,
  writeOperator,
} from "@/lib/search_query";

const values = (query: string) =>
  readTerms(query).map(({ not, operator, value }) => `${not ? "-" : ""}${operator ?? ""}=${value}`);

test("a query is words, phrases and operators", () => {
  expect(values('kettle from:Ana  "on friday" -tea -in:design')).toEqual([
    "=kettle",
    "from=Ana",
    "=on friday",
    "-=tea",
    "-in=design",
  ]);
  expect(values('in:"Mary Ann" before:2026-11-01 http://x')).toEqual(["in=Mary Ann", "before=2026-11-01", "=http://x"]);
  expect(values("")).toEqual([]);
});

test("what a Chinese input method writes is understood as well", () => {
  expect(values("发布会　from：小雨 －in：“产品 组” 「不见不散」")).toEqual([
    "=发布会",
    "from=小雨",
    "-in=产品 组",
    "=不见不散",
  ]);
});

test("a quotation that is not ended goes to the end", () => {
  expect(values('"until the')).toEqual(["=until the"]);
  expect(values('in:"until the')).toEqual(["in=until the"]);
});

test("a blank may stand behind an operator's colon", () => {
  expect(values("from: Ana tea")).toEqual(["from=Ana", "=tea"]);
  expect(values("tea -from:")).toEqual(["=tea", "-from="]);
});

test("while it is being written, the last word may go on", () => {
  expect(unfinished("deplo")).toBe("deplo*");
  expect(unfinished("in:release deplo")).toBe("in:release deplo*");
  for (const whole of ["deplo ", "d", "发布", '"on fri', "in:rel", "deploy*"])
    expect(unfinished(whole)).toBe(whole.trim());
  for (const empty of ["", " ", "from:", "tea in: "]) expect(unfinished(empty)).toBeUndefined();
});

test("what cannot be understood is named", () => {
  expect(faultOf("tea from:")).toEqual({ kind: "empty", operator: "from", value: "" });
  expect(faultOf("has:pony")).toEqual({ kind: "has", operator: "has", value: "pony" });
  expect(faultOf("before:soon")).toEqual({ kind: "day", operator: "before", value: "soon" });
  expect(faultOf("before:2026-11 on:昨天 has:Links has:photos after:２０２６ from:Ana tea")).toBeUndefined();
  expect(faultIn("in:a: b: there is no channel of that name.")).toEqual({
    kind: "name",
    operator: "in",
    value: "a: b",
  });
  expect(faultIn("That is too much.")).toBeUndefined();
});

test("an operator is added with quotes where its name needs them", () => {
  expect(addTerm("kettle ", writeOperator("in", "release"))).toBe("kettle in:release");
  expect(addTerm("", writeOperator("from", "Mary Ann"))).toBe('from:"Mary Ann"');
});

test("a name's own quotation marks do not end it, and are no difference", () => {
  expect(writeOperator("in", 'the "old" room')).toBe('in:"the old room"');
  expect(writeOperator("in", "「产品」")).toBe("in:产品");
  expect(values(writeOperator("in", 'the "old" room'))).toEqual(["in=the old room"]);
  expect(hasFilter('in:"the old room"', "in", 'The "old" room')).toBe(true);
});

test("whoever shares a name is named by id", () => {
  const [one, other, me] = ["1", "2", "3"].map((id) => ({ id, name: id === "3" ? "Me" : "Room" }));
  if (!one || !other || !me) throw new Error("three were made");
  expect(writeNamed("in", one, [one, other])).toBe("in:1");
  expect(writeNamed("in", one, [one, me])).toBe("in:Room");
  expect(writeNamed("from", me, [me])).toBe("from:3");
  expect(writeNamed("in", me, [me])).toBe("in:Me");
});

test("an operator can be taken away again, and leaves the rest as it was", () => {
  const query = 'kettle  in:release "on friday"';
  const [filter] = filtersOf(query);
  expect(filter && removeTerm(query, filter)).toBe('kettle "on friday"');
  expect(wordsOf('kettle in:release -"on friday"')).toBe('kettle -"on friday"');
  expect(hasFilter(query, "in", "#Release")).toBe(true);
  expect(hasFilter("-in:release", "in", "release")).toBe(false);
});

test("the name being written is completed, with what stands behind it kept", () => {
  const query = "kettle from:An tea";
  const completing = completingAt(query, 14);
  expect(completing).toEqual({ operator: "from", prefix: "an", start: 12, end: 14 });
  expect(completing && complete(query, completing, "Ana")).toEqual({ query: "kettle from:Ana tea", caret: 16 });
  expect(completingAt(query, 3)).toBeUndefined();
  expect(completingAt("before:2026", 11)).toBeUndefined();
  expect(completingAt("in：", 3)).toMatchObject({ operator: "in", prefix: "" });
  const open = completingAt('in:"Mary', 8);
  expect(open && complete('in:"Mary', open, "Mary Ann")).toEqual({ query: 'in:"Mary Ann" ', caret: 14 });
});

test("names that begin as written come before those that hold it", () => {
  expect(matchNames(["Joana", "Ana", "ANDI", "Bo", "Ana"], "an", 3)).toEqual(["Ana", "ANDI", "Joana"]);
  expect(matchNames(["release", "design"], "", 1)).toEqual(["release"]);
});

test("the search page's address says only what is not the usual", () => {
  expect(searchPath({ q: "" })).toBe("/search");
  expect(searchPath({ q: "in:a b", order: "best" })).toBe("/search?q=in%3Aa+b");
  expect(searchPath({ q: "发", order: "newest", cursor: "x" })).toBe("/search?q=%E5%8F%91&order=newest&cursor=x");
});
