"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { ChatSession } from "@/lib/chat_session";

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** This near the end counts as being there. */
const BOTTOM_PX = 40;
/** Older lines are asked for this far before the top comes into view. */
const AHEAD_PX = 900;

interface ScrollOptions {
  /** The message to open at; the newest one otherwise. */
  target: number | undefined;
  session: ChatSession | undefined;
}

export interface Scroll {
  /** For the element that scrolls. */
  scroller: RefObject<HTMLDivElement | null>;
  atBottom: boolean;
  toBottom(): void;
  loadOlder(): void;
  loadNewer(): void;
}

/**
 * Where the reader is in the list, and that they stay there.
 *
 * The scroller is a column in reverse: its zero is the end of the list. So it opens at the newest line without a
 * script, stays there while lines come in, and keeps its place when older ones are put in front. Only lines that come
 * behind while one reads further up move the rest; that is taken back here, measured at the first row in view.
 */
export function useScroll({ target, session }: ScrollOptions): Scroll {
  const scroller = useRef<HTMLDivElement>(null);
  const [atBottom, setAtBottom] = useState(target === undefined);
  const held = useRef<Held>({ bottom: target === undefined });

  const loadOlder = useCallback(() => void session?.window.loadOlder().catch(() => undefined), [session]);
  const loadNewer = useCallback(() => void session?.window.loadNewer().catch(() => undefined), [session]);

  const look = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const bottom = -box.scrollTop < BOTTOM_PX;
    held.current = bottom ? { bottom } : { bottom, anchor: firstInView(box) };
    setAtBottom(bottom);
    if (box.scrollHeight - box.clientHeight + box.scrollTop < AHEAD_PX) loadOlder();
    if (-box.scrollTop < AHEAD_PX) loadNewer();
  }, [loadOlder, loadNewer]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    box.addEventListener("scroll", look, { passive: true });
    // The keyboard of a telephone, a panel that opens: the end stays in view if it was.
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    return () => {
      box.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, [look]);

  // After every render: whatever it was that changed the height of the list.
  useBrowserLayoutEffect(() => {
    if (scroller.current) keepPlace(scroller.current, held.current);
  });

  const shown = useRef(target);
  useBrowserLayoutEffect(() => {
    const before = shown.current;
    shown.current = target;
    if (!scroller.current) return;
    if (target !== undefined) held.current = showRow(scroller.current, target);
    // From a message's own page to the channel's: that begins at its end.
    else if (before !== undefined) held.current = { bottom: true };
  }, [target]);

  const toBottom = useCallback(() => {
    held.current = { bottom: true };
    setAtBottom(true);
    // After the next render, when the lines to be seen are there.
    requestAnimationFrame(() => scroller.current?.scrollTo({ top: 0 }));
  }, []);

  return { scroller, atBottom, toBottom, loadOlder, loadNewer };
}

/** What has to stay where it is: the end, or a row at its height on the screen. */
interface Held {
  bottom: boolean;
  anchor?: { row: Element; top: number } | undefined;
}

/** Brings a message to the middle of the window; whoever went to it from another page by the keyboard goes on there. */
function showRow(box: HTMLElement, target: number): Held {
  const row = document.getElementById(`m${target}`);
  row?.scrollIntoView({ block: "center" });
  if (document.activeElement === document.body && navigator.userActivation?.hasBeenActive)
    row?.focus({ preventScroll: true });
  return { bottom: false, anchor: firstInView(box) };
}

function keepPlace(box: HTMLElement, { bottom, anchor }: Held): void {
  if (bottom) {
    if (box.scrollTop !== 0) box.scrollTop = 0;
    return;
  }
  if (!anchor?.row.isConnected) return;
  const moved = anchor.row.getBoundingClientRect().top - anchor.top;
  if (Math.abs(moved) >= 1) box.scrollTop += moved;
}

function firstInView(box: HTMLElement): Held["anchor"] {
  const from = box.getBoundingClientRect().top;
  for (const row of box.querySelectorAll("[data-row]")) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > from) return { row, top };
  }
  return undefined;
}
