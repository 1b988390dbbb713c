import { expect, test } from "vitest";

import { type Row, rowsOf } from "@/lib/grouping";
import { HOUR_MS } from "@/lib/times";

import { ANN, BOB, HALL, ME, message } from "./make";

const options = { me: ME, calendar: { locale: "en", timeZone: "UTC" } };
const NOON = Date.UTC(2026, 2, 3, 12);

function kinds(rows: Row[]): string[] {
  return rows.map((row) =>
    row.kind === "message" ? `${row.first ? "<" : ""}${row.message.number}${row.last ? ">" : ""}` : row.kind,
  );
}

function said(number: number, minutes: number, author = ANN) {
  return message(number, { at: NOON + minutes * 60_000, author });
}

test("messages of one author within the hour are a sequence", () => {
  const lines = [said(1, 0), said(2, 1), said(3, 2, BOB), said(4, 3)];
  expect(kinds(rowsOf(lines, [], options))).toEqual(["day", "<1", "2>", "<3>", "<4>"]);
});

test("an hour's pause ends a sequence and shows the time", () => {
  const lines = [said(1, 0), said(2, 60)];
  expect(kinds(rowsOf(lines, [], options))).toEqual(["day", "<1>", "pause", "<2>"]);
});

test("a new day has a divider, in the reader's time zone", () => {
  const lines = [message(1, { at: Date.UTC(2026, 2, 3, 15, 50) }), message(2, { at: Date.UTC(2026, 2, 3, 16, 10) })];
  expect(kinds(rowsOf(lines, [], options))).toEqual(["day", "<1", "2>"]);
  const shanghai = { ...options, calendar: { locale: "zh-CN", timeZone: "Asia/Shanghai" } };
  expect(kinds(rowsOf(lines, [], shanghai))).toEqual(["day", "<1>", "day", "<2>"]);
});

test("the divider of new messages stands before the line it is to stand before", () => {
  const lines = [said(1, 0), said(2, 1, ME), said(3, 2), said(4, 3)];
  const unreadAt = said(3, 2).seq;
  expect(kinds(rowsOf(lines, [], { ...options, unreadAt }))).toEqual(["day", "<1>", "<2>", "unread", "<3", "4>"]);
  expect(kinds(rowsOf(lines, [], options))).not.toContain("unread");
});

test("lines look the same in whatever part of the room they are drawn", () => {
  const lines = [said(1, 0), said(2, 1), said(3, 2), said(4, 3, BOB), said(5, 70, BOB), said(6, 1500)];
  const whole = kinds(rowsOf(lines, [], options)).filter((kind) => kind !== "day" && kind !== "pause");
  for (let from = 0; from < lines.length; from++) {
    const place = { before: lines[from - 1], after: lines[from + 1] };
    const [row] = kinds(rowsOf(lines.slice(from, from + 1), [], { ...options, ...place })).slice(-1);
    expect(row).toBe(whole[from]);
  }
});

test("a system line ends a sequence", () => {
  const topic = { type: "topic.changed", channel: HALL, seq: 9, at: NOON + 1, by: ANN, topic: "x" } as const;
  expect(kinds(rowsOf([said(1, 0), topic, said(2, 1)], [], options))).toEqual(["day", "<1>", "system", "<2>"]);
});

test("a post keeps its key when it becomes a message", () => {
  const item = { key: "k", channel: HALL, text: "hello", at: NOON, status: "waiting" } as const;
  const before = rowsOf([], [item], options).at(-1);
  const after = rowsOf([message(1, { author: ME, key: "k", at: NOON })], [], options).at(-1);
  expect(before?.key).toBe(after?.key);
});

test("the hour is the one features promise", () => {
  expect(HOUR_MS).toBe(3_600_000);
});
