/** How a room's lines are set: dividers, system lines, and messages with their place in a sequence. Pure. */

import type { OutboxItem } from "./outbox.ts";
import type { Line, MessagePosted } from "./protocol.gen.ts";
import { type Calendar, dayKey, HOUR_MS } from "./times.ts";

export type SystemLine = Exclude<Line, MessagePosted>;

/**
 * What one row shows: one element of the list. `key` stays the same when a post of one's own becomes a stored message;
 * `seq` is that of the line it shows or stands before, infinite for a post on its way.
 */
export type Row =
  | { kind: "day"; key: string; seq: number; at: number }
  | { kind: "pause"; key: string; seq: number; at: number }
  | { kind: "unread"; key: string; seq: number }
  | { kind: "system"; key: string; seq: number; line: SystemLine }
  | {
      kind: "message";
      key: string;
      seq: number;
      message: MessagePosted;
      item?: OutboxItem;
      mine: boolean;
      first: boolean;
      last: boolean;
    };

export interface GroupingOptions {
  me: string;
  calendar: Calendar;
  /** The divider of new messages stands before the line of this seq. */
  unreadAt?: number | undefined;
  /** The lines that stand before and behind the given ones, and are not drawn. */
  before?: Line | undefined;
  after?: Line | undefined;
}

/** A sequence is one author's, without anything between, and without a pause of this long. */
const SEQUENCE_MS = HOUR_MS;

/** The rows of `lines`, then of the posts still on their way. */
export function rowsOf(lines: readonly Line[], outbox: readonly OutboxItem[], options: GroupingOptions): Row[] {
  const rows: Row[] = [];
  const all = [...lines.map((line) => ({ line, item: undefined })), ...outbox.map(asLine(options.me))];
  let { before } = options;
  for (const { line, item } of all) {
    addDividers(rows, before, line, item ? Infinity : line.seq, options);
    rows.push(rowOf(line, item, options.me));
    before = line;
  }
  const next: Row[] = [];
  if (options.after) {
    addDividers(next, before, options.after, options.after.seq, options);
    next.push(rowOf(options.after, undefined, options.me));
  }
  const first = options.before && rowOf(options.before, undefined, options.me);
  return markSequences(rows, first, next[0]);
}

function addDividers(rows: Row[], before: Line | undefined, line: Line, seq: number, options: GroupingOptions): void {
  const { calendar } = options;
  if (!before || dayKey(before.at, calendar) !== dayKey(line.at, calendar)) {
    rows.push({ kind: "day", key: `day ${dayKey(line.at, calendar)}`, seq, at: line.at });
  } else if (line.at - before.at >= SEQUENCE_MS) {
    rows.push({ kind: "pause", key: `pause ${line.seq} ${line.at}`, seq, at: line.at });
  }
  if (seq === options.unreadAt) rows.push({ kind: "unread", key: "unread", seq });
}

function rowOf(line: Line, item: OutboxItem | undefined, me: string): Row {
  if (line.type !== "message.posted") return { kind: "system", key: `line ${line.seq}`, seq: line.seq, line };
  const mine = line.author === me;
  const key = mine && line.key ? `own ${line.key}` : `line ${line.seq}`;
  const seq = item ? Infinity : line.seq;
  return { kind: "message", key, seq, message: line, item, mine, first: true, last: true };
}

function markSequences(rows: Row[], before: Row | undefined, after: Row | undefined): Row[] {
  return rows.map((row, index) => {
    if (row.kind !== "message") return row;
    const [previous, next] = [rows[index - 1] ?? before, index + 1 < rows.length ? rows[index + 1] : after];
    return { ...row, first: !continues(previous, row), last: !continues(row, next) };
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
