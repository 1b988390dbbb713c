import { expect, test } from "vitest";

import { EventParser, type ServerEvent } from "@/lib/event_parser";

function parse(...parts: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = new EventParser((event) => events.push(event));
  for (const part of parts) parser.feed(part);
  return events;
}

const STREAM = 'retry: 3000\r\n\r\ndata: {"a":1}\r\n\r\n: a comment\nid: 7\n\nevent: close\ndata:one\ndata: two\n\n';
const EVENTS = [
  { name: "message", data: '{"a":1}' },
  { name: "close", data: "one\ntwo" },
];

test("events end with an empty line; comments, ids and pauses are none", () => {
  expect(parse(STREAM)).toEqual(EVENTS);
});

test("where the text was cut makes no difference", () => {
  for (let at = 0; at <= STREAM.length; at++) {
    expect(parse(STREAM.slice(0, at), STREAM.slice(at))).toEqual(EVENTS);
  }
  expect(parse(...STREAM)).toEqual(EVENTS);
});

test("a half event is none", () => {
  expect(parse("data: 1\n")).toEqual([]);
});
