"use client";

import { type PointerEvent, useRef } from "react";

const LONG_PRESS_MS = 450;
/** A finger that holds still moves by so much all the same. */
const STILL_PX = 8;

/**
 * Touch has no right button, and Safari on a telephone tells of no context menu: holding still opens the menu. Not where
 * the press begins within `apart` (CSS), which has a use of its own.
 */
export function useLongPress(call: () => void, apart?: string) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const from = useRef({ x: 0, y: 0 });
  const stop = () => clearTimeout(timer.current);
  return {
    onPointerDown({ pointerType, target, clientX: x, clientY: y }: PointerEvent) {
      stop();
      if (pointerType !== "touch" || (apart && (target as HTMLElement).closest(apart))) return;
      from.current = { x, y };
      timer.current = setTimeout(call, LONG_PRESS_MS);
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      if (Math.hypot(clientX - from.current.x, clientY - from.current.y) > STILL_PX) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  };
}
