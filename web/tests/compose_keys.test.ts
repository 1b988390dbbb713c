import { expect, test } from "vitest";

import { composeAction, type ComposeState, type KeyPress } from "@/lib/compose_keys";

const idle: ComposeState = { text: "hi", editing: false, compositionEndedAt: -Infinity, touch: false };

function press(key: string, changes: Partial<KeyPress> = {}): KeyPress {
  const none = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };
  return { key, keyCode: key === "Enter" ? 13 : 0, ...none, isComposing: false, timeStamp: 1000, ...changes };
}

test("Enter sends, Shift and Enter break the line", () => {
  expect(composeAction(press("Enter"), idle)).toBe("send");
  expect(composeAction(press("Enter", { shiftKey: true }), idle)).toBe("none");
});

test("an input method's Enter never sends", () => {
  expect(composeAction(press("Enter", { isComposing: true }), idle)).toBe("none");
  expect(composeAction(press("Enter", { keyCode: 229 }), idle)).toBe("none");
  expect(composeAction(press("Process"), idle)).toBe("none");
});

test("Safari's Enter right behind a composition does not send, the next one does", () => {
  const state = { ...idle, compositionEndedAt: 995 };
  expect(composeAction(press("Enter"), state)).toBe("none");
  expect(composeAction(press("Enter", { timeStamp: 1500 }), state)).toBe("send");
});

test("on a telephone Enter breaks the line, with Control it sends", () => {
  expect(composeAction(press("Enter"), { ...idle, touch: true })).toBe("none");
  expect(composeAction(press("Enter", { ctrlKey: true }), { ...idle, touch: true })).toBe("send");
});

test("the up key edits the last message only where nothing was written", () => {
  expect(composeAction(press("ArrowUp"), { ...idle, text: "" })).toBe("edit-last");
  expect(composeAction(press("ArrowUp"), idle)).toBe("none");
  expect(composeAction(press("ArrowUp", { isComposing: true }), { ...idle, text: "" })).toBe("none");
});

test("Escape ends the editing", () => {
  expect(composeAction(press("Escape"), { ...idle, editing: true })).toBe("cancel");
  expect(composeAction(press("Escape"), idle)).toBe("none");
});
