"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import {
  type Anchor,
  BAR_PX,
  type Elements,
  extentOf,
  heightOf,
  measure,
  rowBelow,
  setHeight,
  topOf,
  viewOf,
} from "@/components/room/list_place";
import type { ChatSession } from "@/lib/chat_session";
import type { Row } from "@/lib/grouping";
import type { Line, Room } from "@/lib/protocol.gen.ts";
import {
  FAR_PX,
  holdsNumber,
  nextRange,
  numberFrom,
  numberUpTo,
  openingSlice,
  type Range,
  rangeOf,
  type Slice,
  sliceAt,
  sliceOf,
  SPACER_MOST_PX,
  spacerFor,
} from "@/lib/room_slice";

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** This near the end counts as being there. */
const BOTTOM_PX = 40;
/** Fewer lines than this in memory beyond those drawn: the next page is asked for. */
const AHEAD_LINES = 70;
/** What the compose box covers of the view. */
const DOCK_PX = 96;
/** Whoever pulls the scroll bar through lines that are not there is left alone until they pause. */
const PAUSE_MS = 90;
/** After a leap, until what was leapt over is given its height: a few frames. */
const REST_MS = 60;

/** Where a message is put: in the middle, under the bar, or where the reader looks, without anything else moving. */
type Spot = "center" | "top" | "here";
type Jump = { number: number; spot: Spot } | "bottom";

interface ScrollOptions {
  room: Room;
  /** The message the address names: to open at; the newest one otherwise. */
  target: number | undefined;
  /** Lines to draw at first. */
  first: number;
  /** How often one has gone to a place in a room, the same one again included. */
  visits: number;
  /** The seq of the line the divider of new messages stands before. */
  unreadAt: number | undefined;
  session: ChatSession | undefined;
}

export interface Scroll {
  box: RefObject<HTMLDivElement | null>;
  above: RefObject<HTMLDivElement | null>;
  list: RefObject<HTMLOListElement | null>;
  below: RefObject<HTMLDivElement | null>;
  /** Is told the rows that are drawn, one element of the list each, before the effects of their render. */
  keepRows(rows: readonly Row[]): void;
  /** The lines to draw. */
  range: Range;
  atBottom: boolean;
  /** When the first line in view was said; undefined at the end, and where a divider says so itself. */
  day: number | undefined;
  /** Whether the divider of new messages has been in view. */
  unreadSeen: boolean;
  toBottom(): void;
  goTo(number: number, spot?: "center" | "top"): void;
  loadOlder(): void;
  loadNewer(): void;
}

/**
 * Which lines are drawn, where the reader is among them, and that they stay there.
 *
 * The scroller is a column in reverse: its zero is the end of the list. So it opens at the newest line without a script,
 * stays there while lines come in, and nothing above the view can move it. What is not drawn below the view has its
 * height kept by an element; whatever moves the first row in view is taken back by that element's height as long as
 * there is one, which no running scroll notices, and by scrolling otherwise.
 */
export function useScroll({ room, target, first, visits, unreadAt, session }: ScrollOptions): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const rows = useRef<readonly Row[]>([]);
  const { lines } = room;
  const [shown, setShown] = useState<{ slice: Slice; wanted?: number }>(() => ({
    slice: openingSlice(lines, target, first),
  }));
  const range = useMemo(() => rangeFor(lines, shown.slice, shown.wanted), [lines, shown]);
  const [atBottom, setAtBottom] = useState(target === undefined);
  const [day, setDay] = useState<number>();
  const [unreadSeen, setUnreadSeen] = useState(false);
  const held = useRef<{ bottom: boolean; anchor?: Anchor | undefined }>({ bottom: target === undefined });
  /** Where the scroller was when that was measured. */
  const last = useRef(0);
  const jump = useRef<Jump>(target === undefined ? undefined : { number: target, spot: "center" });
  const resting = useRef(false);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const now = useRef({ room, range, unreadAt });

  const loadOlder = useCallback(() => void session?.window.loadOlder().catch(() => undefined), [session]);
  const loadNewer = useCallback(() => void session?.window.loadNewer().catch(() => undefined), [session]);

  const elements = useCallback((): Elements | undefined => {
    if (!box.current || !above.current || !list.current || !below.current) return undefined;
    return { box: box.current, above: above.current, list: list.current, below: below.current };
  }, []);

  // --- going somewhere ---------------------------------------------------------------------------------------------

  const leap = useCallback((wanted: Jump, load: () => Promise<void> | undefined) => {
    clearTimeout(pause.current);
    jump.current = wanted;
    const isFor = wanted === "bottom" ? undefined : wanted.number;
    const give = () => {
      if (jump.current !== wanted) return;
      jump.current = undefined;
      // Another range of the same lines: with it one looks again, which nobody does during a jump.
      setShown(({ slice }) => ({ slice }));
    };
    const draw = () => {
      const slice = sliceAt(now.current.room, isFor);
      if (slice) setShown({ slice, ...(isFor !== undefined && { wanted: isFor }) });
      else give(); // it has vanished, or another window was loaded meanwhile
    };
    const loading = load();
    if (!loading) return draw();
    setShown(({ slice }) => ({ slice, ...(isFor !== undefined && { wanted: isFor }) }));
    loading.then(() => requestAnimationFrame(() => jump.current === wanted && draw()), give);
  }, []);

  const toBottom = useCallback(() => {
    held.current = { bottom: true };
    setAtBottom(true);
    leap("bottom", () => (now.current.room.newer ? session?.window.showNewest() : undefined));
  }, [leap, session]);

  const goTo = useCallback(
    (number: number, spot: Spot = "center") => {
      const there = holdsNumber(now.current.room.lines, number);
      leap({ number, spot }, () => (there ? undefined : session?.window.showAround(number)));
    },
    [leap, session],
  );

  // --- looking -----------------------------------------------------------------------------------------------------

  const look = useCallback(() => {
    const all = elements();
    if (!all || jump.current || resting.current) return;
    const { room: seen, range: drawn, unreadAt: unread } = now.current;
    const ends = drawn.to === seen.lines.length && !seen.newer;
    const bottom = ends && -all.box.scrollTop < BOTTOM_PX;
    const anchor = bottom ? undefined : anchorIn(all, rows.current);
    held.current = { bottom, anchor };
    last.current = all.box.scrollTop;
    setAtBottom(bottom);
    if (!bottom) {
      const lost = placeInBlank(all, seen, drawn);
      if (lost === "end") return toBottom();
      if (lost !== undefined) {
        clearTimeout(pause.current);
        if (holdsNumber(seen.lines, lost)) goTo(lost, "here");
        else pause.current = setTimeout(() => goTo(lost, "here"), PAUSE_MS);
        return;
      }
    }
    setHeight(all.above, spaceAbove(all, seen, drawn));
    if (!ends && heightOf(all.below) === 0) {
      // In a frame of its own, in which nothing moves.
      setHeight(all.below, spaceBelow(all, seen, drawn));
      const top = topOf(all.list.children[rows.current.findIndex(({ key }) => key === anchor?.key)]);
      if (anchor && top !== undefined) all.box.scrollTop += top - anchor.top;
      last.current = all.box.scrollTop;
    }
    const seqs = rows.current.map(({ seq }) => seq);
    const indexOf = (seq: number) => indexOfSeq(seen.lines, seq);
    const measured = measure(all, seqs, indexOf, drawn);
    const next = nextRange(seen.lines.length, drawn, measured);
    if (next !== drawn) setShown({ slice: sliceOf(seen.lines, next) });
    if (seen.older && next.from < AHEAD_LINES && measured.above < FAR_PX) loadOlder();
    if (seen.newer && seen.lines.length - next.to < AHEAD_LINES && measured.below < FAR_PX) loadNewer();
    session?.window.keep(bottom ? undefined : seen.lines[next.from]?.seq);
    setDay(bottom ? undefined : dayIn(all, rows.current, seen.lines));
    const divider = rows.current.findIndex((row) => row.kind === "unread");
    const y = divider < 0 ? undefined : topOf(all.list.children[divider]);
    if (unread !== undefined && y !== undefined && y > viewOf(all).top + BAR_PX) setUnreadSeen(true);
  }, [elements, goTo, toBottom, loadOlder, loadNewer, session]);

  const settle = useCallback(() => {
    const all = elements();
    if (!all) return;
    const { room: seen, range: drawn } = now.current;
    const ends = drawn.to === seen.lines.length && !seen.newer;
    const wanted = jump.current;
    if (wanted && wanted !== "bottom") {
      const at = rows.current.findIndex(
        (row) => row.kind === "message" && !row.item && row.message.number >= wanted.number,
      );
      const row = all.list.children[at] as HTMLElement | undefined;
      // Among those drawn: what was loaded for it may be here a frame before it is drawn.
      if (row && holdsNumber(seen.lines.slice(drawn.from, drawn.to), wanted.number)) {
        jump.current = undefined;
        put(all, row, wanted.spot, ends);
        if (wanted.spot === "center") takeFocus(row, all.list);
        held.current = { bottom: false, anchor: anchorIn(all, rows.current) };
        last.current = all.box.scrollTop;
        setAtBottom(false);
        // What is not drawn gets its height a little later: in the frame of a scroll that would count as a shift.
        resting.current = true;
        setTimeout(() => {
          resting.current = false;
          look();
        }, REST_MS);
        return;
      }
    } else if (!wanted || ends) {
      if (wanted) jump.current = undefined;
      const scrolled = scrolledSince(all, last.current);
      keepPlace(all, rows.current, held.current, scrolled, ends);
      const { anchor } = held.current;
      if (anchor && scrolled !== 0) held.current.anchor = { ...anchor, top: anchor.top - scrolled };
    }
    if (!resting.current) setHeight(all.above, spaceAbove(all, seen, drawn));
    last.current = all.box.scrollTop;
  }, [elements, look]);

  // After every render: whatever it was that changed the height of the list.
  useBrowserLayoutEffect(() => {
    now.current = { room, range, unreadAt };
    settle();
  });

  // More is drawn a step at a time, a frame each.
  useEffect(() => {
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [look, range, lines]);

  useEffect(() => {
    const all = elements();
    if (!all) return;
    all.box.addEventListener("scroll", look, { passive: true });
    // A picture that has come, an edit, the keyboard of a telephone, a panel that opens: what is in view stays there.
    const sizes = new ResizeObserver(settle);
    const dock = all.box.querySelector(".dock");
    for (const each of [all.box, ...(dock ? [dock] : []), ...all.list.children])
      sizes.observe(each, { box: "border-box" });
    // The list has no box that could be observed, only its rows have.
    const comings = new MutationObserver((changes) => {
      for (const { addedNodes, removedNodes } of changes) {
        for (const row of addedNodes) sizes.observe(row as Element, { box: "border-box" });
        for (const row of removedNodes) sizes.unobserve(row as Element);
      }
    });
    comings.observe(all.list, { childList: true });
    return () => {
      all.box.removeEventListener("scroll", look);
      sizes.disconnect();
      comings.disconnect();
      clearTimeout(pause.current);
    };
  }, [elements, look, settle]);

  const keepRows = useCallback((drawn: readonly Row[]) => {
    rows.current = drawn;
  }, []);

  const opened = useRef(false);
  useEffect(() => {
    if (!session || opened.current) return;
    opened.current = true;
    // A room from memory may be without the message it is opened at.
    if (target !== undefined && !holdsNumber(now.current.room.lines, target)) goTo(target);
  }, [session, target, goTo]);

  const gone = useRef({ target, visits });
  useBrowserLayoutEffect(() => {
    const before = gone.current;
    gone.current = { target, visits };
    if (before.target === target && before.visits === visits) return;
    if (target !== undefined) goTo(target);
    // From a message's own page to the channel's: that begins at its end.
    else toBottom();
  }, [target, visits, goTo, toBottom]);

  return { box, above, list, below, keepRows, range, atBottom, day, unreadSeen, toBottom, goTo, loadOlder, loadNewer };
}

/** The lines to draw: the slice, or where it is gone from memory the place that is wanted, or the end. */
function rangeFor(lines: readonly Line[], slice: Slice, wanted: number | undefined): Range {
  const end = { from: 0, to: lines.length };
  const known = rangeOf(lines, slice);
  if (known) return known;
  const around = wanted !== undefined && holdsNumber(lines, wanted) ? wanted : undefined;
  return rangeOf(lines, openingSlice(lines, around)) ?? end;
}

/** Whoever went to a message from another page, or by a link in another message, goes on there with the keyboard. */
function takeFocus(row: HTMLElement, list: HTMLElement): void {
  const from = document.activeElement;
  const linked = from instanceof HTMLAnchorElement && list.contains(from);
  if ((from === document.body || linked) && navigator.userActivation?.hasBeenActive) row.focus({ preventScroll: true });
}

// --- keeping one's place -----------------------------------------------------------------------------------------

function keepPlace(
  all: Elements,
  rows: readonly Row[],
  { bottom, anchor }: { bottom: boolean; anchor?: Anchor | undefined },
  scrolled: number,
  ends: boolean,
): void {
  if (ends) setHeight(all.below, 0);
  if (bottom) {
    if (ends && scrolled > -BOTTOM_PX && all.box.scrollTop !== 0) all.box.scrollTop = 0;
    return;
  }
  const at = anchor ? rows.findIndex(({ key }) => key === anchor.key) : -1;
  const top = topOf(all.list.children[at]);
  if (anchor && top !== undefined) shift(all, top - (anchor.top - scrolled), ends);
}

/** A scroll that nobody has looked at yet; it is not to be taken back. */
function scrolledSince({ box }: Elements, last: number): number {
  // At the very top it may be the browser, which gives way when what can be scrolled has become shorter.
  const first = box.clientHeight - box.scrollHeight;
  return box.scrollTop <= first + 1 ? 0 : box.scrollTop - last;
}

/** Moves everything up by `px`, downwards when it is less than zero. */
function shift(all: Elements, px: number, ends: boolean): void {
  if (Math.abs(px) < 0.5) return;
  if (ends) {
    all.box.scrollTop += px;
    return;
  }
  const before = heightOf(all.below);
  const after = Math.min(SPACER_MOST_PX, Math.max(0, before + px));
  setHeight(all.below, after);
  const rest = px - (after - before);
  if (Math.abs(rest) >= 0.5) all.box.scrollTop += rest;
}

/** Puts a row where it is to be seen. */
function put(all: Elements, row: HTMLElement, spot: Spot, ends: boolean): void {
  const view = viewOf(all);
  const { top, height } = row.getBoundingClientRect();
  const [first, last] = [view.top + BAR_PX, view.bottom - DOCK_PX];
  const middle = first + Math.max(8, (last - first - height) / 2);
  if (spot === "here") shift(all, top - middle, ends);
  else all.box.scrollTop += top - (spot === "center" ? middle : first + 64);
}

/** The first row in view that is there as long as its line is. */
function anchorIn(all: Elements, rows: readonly Row[]): Anchor | undefined {
  const from = Math.min(rowBelow(all.list, viewOf(all).top + BAR_PX), rows.length - 1);
  const forward = rows.findIndex(({ kind }, index) => index >= from && (kind === "message" || kind === "system"));
  const at = forward < 0 ? rows.findLastIndex(({ kind }) => kind === "message" || kind === "system") : forward;
  const top = topOf(all.list.children[at]);
  const row = rows[at];
  return row && top !== undefined ? { key: row.key, top } : undefined;
}

function dayIn(all: Elements, rows: readonly Row[], lines: readonly Line[]): number | undefined {
  const row = rows[rowBelow(all.list, viewOf(all).top + BAR_PX)];
  if (!row || row.kind === "day") return undefined;
  // By the quarter of an hour, so that not every line in passing is a change.
  const at = lines[indexOfSeq(lines, row.seq)]?.at;
  return at === undefined ? undefined : at - (at % 900_000);
}

function indexOfSeq(lines: readonly Line[], seq: number): number {
  return rangeOf(lines, { first: seq, last: Infinity })?.from ?? lines.length;
}

// --- what is not drawn -------------------------------------------------------------------------------------------

function spaceAbove(all: Elements, { lines, older }: Room, { from, to }: Range): number {
  const number = numberFrom(lines, from) ?? 1;
  return spacerFor(older ? Math.max(from, number - 1) : from, extentOf(all).height, to - from);
}

function spaceBelow(all: Elements, { lines, channel }: Room, { from, to }: Range): number {
  const number = numberUpTo(lines, to - 1) ?? channel.number;
  return spacerFor(Math.max(lines.length - to, channel.number - number), extentOf(all).height, to - from);
}

/**
 * Where the reader is who has left everything that is drawn: the number of the message that would be there, or the end.
 * Undefined for whoever is near enough that drawing and loading on will reach them.
 */
function placeInBlank(all: Elements, { lines, channel }: Room, { from, to }: Range): number | "end" | undefined {
  const view = viewOf(all);
  const rect = extentOf(all);
  const height = view.bottom - view.top;
  const below = view.top + BAR_PX - rect.bottom;
  const above = rect.top - view.bottom;
  if (-all.box.scrollTop < 1 && below > 0) return "end";
  if (below > height) {
    const last = numberUpTo(lines, to - 1) ?? 0;
    const share = (below + height / 2) / Math.max(1, heightOf(all.below));
    return Math.min(channel.number, last + Math.ceil((channel.number - last) * share));
  }
  if (above > height) {
    const first = numberFrom(lines, from) ?? 1;
    const share = (above + height / 2) / Math.max(1, heightOf(all.above));
    return Math.max(1, first - Math.ceil((first - 1) * share));
  }
  return undefined;
}
