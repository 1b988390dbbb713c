import { expect, test } from "vitest";

import { globalKey, type Press, SHORTCUTS } from "../lib/shortcuts.ts";
import en from "../messages/en.json";
import zh from "../messages/zh-CN.json";

const AWAY = { writing: false, singles: true };
const WRITING = { writing: true, singles: true };

function press(key: string, changes: Partial<Press> = {}): Press {
  return { key, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, ...changes };
}

test("the switcher opens with either of its keys, also while one writes", () => {
  expect(globalKey(press("k", { ctrlKey: true }), WRITING)).toBe("switcher");
  expect(globalKey(press("K", { metaKey: true }), AWAY)).toBe("switcher");
  expect(globalKey(press("k", { ctrlKey: true, shiftKey: true }), AWAY)).toBeUndefined();
  expect(globalKey(press("k"), AWAY)).toBeUndefined();
});

test("a character alone means nothing while one writes, and nowhere for who does not want it", () => {
  for (const key of ["?", "？", "/"]) {
    expect(globalKey(press(key), AWAY)).toBeDefined();
    expect(globalKey(press(key), WRITING)).toBeUndefined();
    expect(globalKey(press(key), { writing: false, singles: false })).toBeUndefined();
  }
});

test("an input method keeps its keys", () => {
  expect(globalKey(press("k", { ctrlKey: true, isComposing: true }), AWAY)).toBeUndefined();
  expect(globalKey(press("？", { isComposing: true }), AWAY)).toBeUndefined();
});

test("Alt and an arrow is a step, with Shift to what is unread", () => {
  expect(globalKey(press("ArrowDown", { altKey: true }), WRITING)).toEqual({ by: 1, unread: false });
  expect(globalKey(press("ArrowUp", { altKey: true, shiftKey: true }), AWAY)).toEqual({ by: -1, unread: true });
  expect(globalKey(press("ArrowDown"), AWAY)).toBeUndefined();
});

test("what a field does with the same keys itself is left to it", () => {
  const down = press("ArrowDown", { altKey: true });
  expect(globalKey(down, { ...WRITING, opens: true })).toBeUndefined();
  expect(globalKey(down, { ...WRITING, mac: true })).toBeUndefined();
  expect(globalKey(down, { ...AWAY, mac: true })).toEqual({ by: 1, unread: false });
  expect(globalKey(press("k", { ctrlKey: true }), { ...WRITING, mac: true })).toBeUndefined();
  expect(globalKey(press("k", { metaKey: true }), { ...WRITING, mac: true })).toBe("switcher");
});

test("every key is told in both languages", () => {
  const names = Object.values(SHORTCUTS).flatMap((all) => all.map(({ name }) => name));
  expect(Object.keys(en.shortcuts.names).sort()).toEqual([...names].sort());
  expect(Object.keys(zh.shortcuts.names).sort()).toEqual([...names].sort());
});
