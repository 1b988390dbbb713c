/**
 * Which of a room's lines are drawn: a slice of those in memory, around what is in view. Pure.
 *
 * Invariants:
 * 1. Never more than LINES_DRAWN lines are drawn, whatever is in memory and however small they are.
 * 2. What is in view stays drawn: a slice is cut only beyond FAR_PX from it.
 * 3. One step adds at most STEP lines, so that no single task is long.
 */

import type { Line, MessagePosted, Room } from "./protocol.gen.ts";

/** The first and the last seq that is drawn; infinite: as far as the lines in memory go, and on with them. */
export interface Slice {
  first: number;
  last: number;
}

/** Indexes into the lines: from the first drawn one up to, without it, `to`. */
export interface Range {
  from: number;
  to: number;
}

export const LINES_DRAWN = 200;
/** Lines drawn at once where a room opens, or at a place that was jumped to. */
export const LINES_FIRST = 50;
/** So many of a room one goes to from another: what fills the view. The rest comes in the next frames. */
export const LINES_AT_ONCE = 24;
/** Lines that one step may add. */
export const STEP = 16;
/** Less than this drawn beyond the view: more is drawn. More than FAR_PX and a half: the rest is let go. */
export const NEAR_PX = 1_100;
export const FAR_PX = 1_700;
/** So high at least is taken for a line; so high is one about which nothing is known. */
const LINE_LEAST_PX = 18;
export const LINE_PX = 56;
/** Browsers lay out no more than some 33 million pixels; half of that may stand for lines that are not drawn. */
export const SPACER_MOST_PX = 8_000_000;

/** The slice a room opens with: its newest lines, or those around the message numbered `target`. */
export function openingSlice(lines: readonly Line[], target?: number, count = LINES_FIRST): Slice {
  if (target !== undefined) return sliceAround(lines, indexOfNumber(lines, target), count);
  return { first: lines.at(-count)?.seq ?? -Infinity, last: Infinity };
}

export function sliceAround(lines: readonly Line[], index: number, count = LINES_FIRST): Slice {
  const from = Math.max(0, Math.min(index - (count >> 1), lines.length - count));
  return sliceOf(lines, { from, to: Math.min(lines.length, from + count) });
}

/**
 * What to draw for somebody who goes to the message numbered `number`, or to the end: undefined where the lines do not
 * hold that place, though they were loaded for it.
 */
export function sliceAt(
  { lines, newer }: { lines: readonly Line[]; newer?: boolean },
  number: number | undefined,
): Slice | undefined {
  if (number === undefined) return newer ? undefined : openingSlice(lines);
  return holdsNumber(lines, number) ? sliceAround(lines, indexOfNumber(lines, number)) : undefined;
}

/** The drawn lines' indexes; undefined when none of the lines is in the slice. */
export function rangeOf(lines: readonly Line[], slice: Slice): Range | undefined {
  if (lines.length === 0) return { from: 0, to: 0 };
  const from = firstAtLeast(lines, slice.first);
  const to = slice.last === Infinity ? lines.length : firstAtLeast(lines, slice.last + 1);
  return to > from ? { from, to } : undefined;
}

/** A slice that goes on with the lines where it reaches their end. */
export function sliceOf(lines: readonly Line[], { from, to }: Range): Slice {
  const last = to >= lines.length ? Infinity : (lines[to - 1]?.seq ?? Infinity);
  return { first: lines[from]?.seq ?? -Infinity, last };
}

/** How a drawn range lies about the view; pixels drawn beyond it on either side. */
export interface Measured {
  above: number;
  below: number;
  /** The height of all that is drawn. */
  height: number;
  /** The first line that may not be let go, and the one behind the last such: within FAR_PX of the view. */
  near: Range;
}

/** The range to draw next; the very same object where nothing is to be done. */
export function nextRange(count: number, drawn: Range, { above, below, height, near }: Measured): Range {
  const each = Math.max(LINE_LEAST_PX, height / Math.max(1, drawn.to - drawn.from));
  const more = (px: number) => Math.min(STEP, Math.ceil((FAR_PX - px) / each));
  let { from, to } = drawn;
  if (above < NEAR_PX) from = Math.max(0, from - more(above));
  else if (above > FAR_PX * 1.5) from = Math.max(from, near.from);
  if (below < NEAR_PX) to = Math.min(count, to + more(below));
  else if (below > FAR_PX * 1.5) to = Math.min(to, near.to);
  if (to - from > LINES_DRAWN) {
    // A window full of one-line messages: the side that has more to spare gives way.
    const surplus = to - from - LINES_DRAWN;
    if (above > below) from += surplus;
    else to -= surplus;
  }
  return from === drawn.from && to === drawn.to ? drawn : { from, to };
}

/** The place of the message numbered `number`, or of the first one after it; the end when there is none. */
export function indexOfNumber(lines: readonly Line[], number: number): number {
  const found = lines.findIndex((line) => line.type === "message.posted" && line.number >= number);
  return found < 0 ? lines.length : found;
}

/** Whether the window of lines holds the place where a message of this number is, or would be. */
export function holdsNumber(lines: readonly Line[], number: number): boolean {
  const first = lines.find(isMessage);
  const last = lines.findLast(isMessage);
  return first !== undefined && last !== undefined && first.number <= number && number <= last.number;
}

/** Whether the message is beside the room, in a thread: no number is missing among a room's lines but those of replies. */
export function isReply({ lines, newer, channel }: Room, number: number): boolean {
  if (lines.some((line) => isMessage(line) && line.number === number)) return false;
  return (
    holdsNumber(lines, number) || (!newer && number <= channel.number && number > (numberUpTo(lines, Infinity) ?? 0))
  );
}

/** The first message of the lines from `index` on, and the last one up to it. */
export function numberFrom(lines: readonly Line[], index: number): number | undefined {
  for (let at = Math.max(0, index); at < lines.length; at++) {
    const line = lines[at];
    if (line && isMessage(line)) return line.number;
  }
  return undefined;
}

export function numberUpTo(lines: readonly Line[], index: number): number | undefined {
  for (let at = Math.min(index, lines.length - 1); at >= 0; at--) {
    const line = lines[at];
    if (line && isMessage(line)) return line.number;
  }
  return undefined;
}

/** The height that stands for `count` lines nobody has seen yet. */
export function spacerFor(count: number, height: number, drawn: number): number {
  const each = drawn > 9 ? Math.max(LINE_LEAST_PX, height / drawn) : LINE_PX;
  return Math.min(SPACER_MOST_PX, Math.max(0, Math.round(count * each)));
}

/** The first message that was unread when one came, if the lines hold its place for certain. */
export function firstUnread(
  lines: readonly Line[],
  { me, after, older }: { me: string; after: number | undefined; older: boolean },
): MessagePosted | undefined {
  if (after === undefined) return undefined;
  const at = lines.findIndex((line) => isMessage(line) && line.number > after && line.author !== me && !line.deleted);
  const found = lines[at];
  if (!found || !isMessage(found)) return undefined;
  const certain = !older || found.number === after + 1 || numberUpTo(lines, at - 1) !== undefined;
  return certain ? found : undefined;
}

export function isMessage(line: Line): line is MessagePosted {
  return line.type === "message.posted";
}

/** By halving: lines are in the order of their seqs. */
function firstAtLeast(lines: readonly Line[], seq: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.seq ?? Infinity) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
