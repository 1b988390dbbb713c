/** How a room's lines are set: dividers, system lines, and messages with their place in a sequence. Pure. */

import type { OutboxItem } from "./outbox.ts";
import type { Line, MessagePosted } from "./protocol.gen.ts";
import { type Calendar, dayKey, HOUR_MS } from "./times.ts";

export type SystemLine = Exclude<Line, MessagePosted>;

/** What one row shows. `key` stays the same when a post of one's own becomes a stored message. */
export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "pause"; key: string; at: number }
  | { kind: "unread"; key: string }
  | { kind: "system"; key: string; line: SystemLine }
  | {
      kind: "message";
      key: string;
      message: MessagePosted;
      item?: OutboxItem;
      mine: boolean;
      first: boolean;
      last: boolean;
    };

export interface GroupingOptions {
  me: string;
  calendar: Calendar;
  /** The divider stands before the first message of another person above this number; undefined: no divider. */
  unreadAfter?: number;
}

/** A sequence is one author's, without anything between, and without a pause of this long. */
const SEQUENCE_MS = HOUR_MS;

/** The rows of `lines`, then of the posts still on their way. */
export function rowsOf(lines: readonly Line[], outbox: readonly OutboxItem[], options: GroupingOptions): Row[] {
  const rows: Row[] = [];
  const all = [...lines.map((line) => ({ line, item: undefined })), ...outbox.map(asLine(options.me))];
  let before: Line | undefined;
  let divided = options.unreadAfter === undefined;
  for (const { line, item } of all) {
    if (!before || dayKey(before.at, options.calendar) !== dayKey(line.at, options.calendar)) {
      rows.push({ kind: "day", key: `day ${dayKey(line.at, options.calendar)}`, at: line.at });
    } else if (line.at - before.at >= SEQUENCE_MS) {
      rows.push({ kind: "pause", key: `pause ${line.seq} ${line.at}`, at: line.at });
    }
    if (!divided && isUnread(line, options)) {
      divided = true;
      rows.push({ kind: "unread", key: "unread" });
    }
    rows.push(rowOf(line, item, options.me));
    before = line;
  }
  return markSequences(rows);
}

function isUnread(line: Line, { me, unreadAfter = 0 }: GroupingOptions): boolean {
  return line.type === "message.posted" && line.author !== me && !line.deleted && line.number > unreadAfter;
}

function rowOf(line: Line, item: OutboxItem | undefined, me: string): Row {
  if (line.type !== "message.posted") return { kind: "system", key: `line ${line.seq}`, line };
  const mine = line.author === me;
  const key = mine && line.key ? `own ${line.key}` : `line ${line.seq}`;
  return { kind: "message", key, message: line, item, mine, first: true, last: true };
}

function markSequences(rows: Row[]): Row[] {
  return rows.map((row, index) => {
    if (row.kind !== "message") return row;
    return { ...row, first: !continues(rows[index - 1], row), last: !continues(row, rows[index + 1]) };
  });
}

function continues(before: Row | undefined, row: Row | undefined): boolean {
  if (before?.kind !== "message" || row?.kind !== "message") return false;
  return before.message.author === row.message.author && row.message.at - before.message.at < SEQUENCE_MS;
}

function asLine(me: string) {
  return (item: OutboxItem): { line: MessagePosted; item: OutboxItem } => ({
    item,
    line: {
      type: "message.posted",
      seq: item.seq ?? 0,
      at: item.at,
      channel: item.channel,
      number: item.number ?? 0,
      author: me,
      text: item.text,
      key: item.key,
      ...item.shown,
    },
  });
}
