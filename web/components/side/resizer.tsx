"use client";

import { type KeyboardEvent, type PointerEvent, useRef, useState, useSyncExternalStore } from "react";

import { setCookie } from "@/lib/browser";

const MIN = 240;
const MAX = 420;
const DEFAULT = 350;
const STEP = 16;

/** The edge between the list and the room: dragged, or moved by the arrow keys; a double click sets it back. */
export function Resizer({ label }: { label: string }) {
  const [moved, setWidth] = useState<number>();
  const served = useSyncExternalStore(subscribeNever, currentWidth, () => DEFAULT);
  const width = moved ?? served;
  const dragging = useRef(false);

  function move(next: number) {
    const clamped = Math.round(Math.min(MAX, Math.max(MIN, next)));
    document.documentElement.style.setProperty("--side", `${clamped}px`);
    setWidth(clamped);
    return clamped;
  }

  function keep(next: number) {
    setCookie("side", String(move(next)));
  }

  function drag(event: PointerEvent<HTMLDivElement>) {
    if (dragging.current) move(event.clientX);
  }

  function press(event: KeyboardEvent) {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    keep(width + by);
  }

  return (
    <div
      className="resizer needs-js"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      aria-valuenow={width}
      tabIndex={0}
      onKeyDown={press}
      onDoubleClick={() => keep(DEFAULT)}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        dragging.current = false;
        keep(currentWidth());
      }}
    />
  );
}

function currentWidth(): number {
  return parseInt(getComputedStyle(document.documentElement).getPropertyValue("--side"), 10) || DEFAULT;
}

function subscribeNever() {
  return () => undefined;
}
