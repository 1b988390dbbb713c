"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { ChatSession } from "@/lib/chat_session";
import type { OutboxItem } from "@/lib/outbox";
import type { Line } from "@/lib/protocol.gen.ts";

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** This near the end counts as being there. */
const BOTTOM_PX = 40;
/** Older lines are asked for this far before the top comes into view. */
const AHEAD_PX = 900;

interface ScrollOptions {
  lines: readonly Line[];
  outbox: readonly OutboxItem[];
  target: number | undefined;
  session: ChatSession | undefined;
}

export interface Scroll {
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
export function useScroll(scroller: RefObject<HTMLDivElement | null>, options: ScrollOptions): Scroll {
  const { lines, outbox, target, session } = options;
  const [atBottom, setAtBottom] = useState(target === undefined);
  const anchor = useRef<{ row: Element; top: number } | undefined>(undefined);
  const bottom = useRef(target === undefined);

  const loadOlder = useCallback(() => void session?.loadOlder().catch(() => undefined), [session]);
  const loadNewer = useCallback(() => void session?.loadNewer().catch(() => undefined), [session]);

  const look = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    bottom.current = -box.scrollTop < BOTTOM_PX;
    setAtBottom(bottom.current);
    anchor.current = bottom.current ? undefined : firstInView(box);
    if (box.scrollHeight - box.clientHeight + box.scrollTop < AHEAD_PX) loadOlder();
    if (-box.scrollTop < AHEAD_PX) loadNewer();
  }, [scroller, loadOlder, loadNewer]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    box.addEventListener("scroll", look, { passive: true });
    // The keyboard of a telephone, a picture that arrives, a font: the end stays in view if it was.
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    const first = requestAnimationFrame(look);
    return () => {
      box.removeEventListener("scroll", look);
      sizes.disconnect();
      cancelAnimationFrame(first);
    };
  }, [scroller, look]);

  useBrowserLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (bottom.current) {
      box.scrollTop = 0;
      return;
    }
    const held = anchor.current;
    if (!held?.row.isConnected) return;
    const moved = held.row.getBoundingClientRect().top - held.top;
    if (Math.abs(moved) >= 1) box.scrollTop += moved;
    anchor.current = firstInView(box);
  }, [scroller, lines, outbox]);

  useBrowserLayoutEffect(() => {
    if (target === undefined) return;
    document.getElementById(`m${target}`)?.scrollIntoView({ block: "center" });
  }, [target]);

  const toBottom = useCallback(() => {
    bottom.current = true;
    setAtBottom(true);
    // After the next render, when the lines to be seen are there.
    requestAnimationFrame(() => scroller.current?.scrollTo({ top: 0 }));
  }, [scroller]);

  return { atBottom, toBottom, loadOlder, loadNewer };
}

function firstInView(box: HTMLElement): { row: Element; top: number } | undefined {
  const from = box.getBoundingClientRect().top;
  for (const row of box.querySelectorAll("[data-row]")) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > from) return { row, top };
  }
  return undefined;
}
