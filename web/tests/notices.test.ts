import { expect, test } from "vitest";

import { occasionOf, wantsNotice } from "@/lib/notices";
import type { Notifications } from "@/lib/protocol.gen.ts";
import cases from "../../tests/support/notice_cases.json";

import { ANN, BOB, ME, message, summary } from "./make";

test.each(cases)("$name", ({ settings, occasion, told }) => {
  expect(wantsNotice(settings as unknown as Notifications, occasion)).toBe(told);
});

test("a message names its reader by a mention, by calling everybody, or by answering", () => {
  const named = (changes: object) => occasionOf(message(3, changes), summary(), ME).named;
  expect(named({ mentions: [{ text: "@me", user: ME }] })).toBe(true);
  expect(named({ mentions: [{ text: "@here", wide: "here" }] })).toBe(true);
  expect(named({ reply: { number: 1, author: { id: ME, name: "me" } } })).toBe(true);
  expect(
    named({ reply: { number: 1, author: { id: ANN, name: "ann" } }, mentions: [{ text: "@bo", user: BOB }] }),
  ).toBe(false);
});

test("a reply names who follows its thread, and is aside for who does not", () => {
  const reply = message(3, { thread: 1, place: 1 });
  expect(occasionOf(reply, summary(), ME, true)).toMatchObject({ named: true, aside: false });
  expect(occasionOf(reply, summary(), ME)).toMatchObject({ named: false, aside: true });
});
