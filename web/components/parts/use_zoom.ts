"use client";

import { type PointerEvent, useEffect, useRef, useState, type WheelEvent } from "react";

const MOST = 6;
/** A finger that moved so far across means the next picture. */
const SWIPE_PX = 60;

interface View {
  scale: number;
  x: number;
  y: number;
}

const WHOLE: View = { scale: 1, x: 0, y: 0 };

export interface Zoom extends View {
  most: number;
  by(factor: number): void;
  reset(): void;
  hands: {
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(event: PointerEvent): void;
    onPointerCancel(event: PointerEvent): void;
    onDoubleClick(): void;
    onWheel(event: WheelEvent): void;
  };
}

/** How a picture is looked at: two fingers, the wheel or a double click zoom, one moves it or goes to the next. */
export function useZoom(file: string, go: (by: number) => void): Zoom {
  const [view, setView] = useState(WHOLE);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const begun = useRef<{ x: number; y: number } | undefined>(undefined);
  // Another picture is seen whole again.
  // eslint-disable-next-line react-hooks/set-state-in-effect
  useEffect(() => setView(WHOLE), [file]);

  const by = (factor: number) =>
    setView(({ scale, x, y }) => {
      const next = Math.min(MOST, Math.max(1, scale * factor));
      return next === 1 ? WHOLE : { scale: next, x: (x * next) / scale, y: (y * next) / scale };
    });

  function onPointerMove(event: PointerEvent) {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const spread = distance([...fingers.current.values()]);
    const now = { x: event.clientX, y: event.clientY };
    fingers.current.set(event.pointerId, now);
    if (fingers.current.size === 2 && spread > 0) return by(distance([...fingers.current.values()]) / spread);
    setView((seen) =>
      seen.scale > 1 ? { ...seen, x: seen.x + now.x - before.x, y: seen.y + now.y - before.y } : seen,
    );
  }

  function end(event: PointerEvent) {
    const from = begun.current;
    const alone = fingers.current.size === 1;
    fingers.current.delete(event.pointerId);
    begun.current = undefined;
    if (!from || !alone || view.scale > 1 || event.pointerType === "mouse") return;
    const across = event.clientX - from.x;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > Math.abs(event.clientY - from.y)) go(across < 0 ? 1 : -1);
  }

  return {
    ...view,
    most: MOST,
    by,
    reset: () => setView(WHOLE),
    hands: {
      onPointerDown(event) {
        event.currentTarget.setPointerCapture(event.pointerId);
        fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        begun.current = { x: event.clientX, y: event.clientY };
      },
      onPointerMove,
      onPointerUp: end,
      onPointerCancel: end,
      onDoubleClick: () => (view.scale > 1 ? setView(WHOLE) : by(2.5)),
      onWheel: (event) => by(event.deltaY < 0 ? 1.15 : 1 / 1.15),
    },
  };
}

function distance([one, other]: readonly { x: number; y: number }[]): number {
  return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
}
