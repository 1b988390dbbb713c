"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";

import { ShortcutsDialog, Switcher } from "@/components/overlays/lazy";
import { roomOf } from "@/lib/addresses";
import { globalKey, type Step, whereOf } from "@/lib/shortcuts";
import { onSwitcherCall } from "@/lib/switcher_call";

type Shown = "switcher" | "shortcuts";

/** The keys that work everywhere, and what they show. Draws nothing else. */
export function Keyboard() {
  const [shown, setShown] = useState<Shown>();
  const path = usePathname();
  const landing = useRef<{ from: string; to: string }>(undefined);
  const early = useRef("");
  const now = useRef(shown);
  useEffect(() => {
    now.current = shown;
  });

  useEffect(() => {
    /** What is typed while the switcher is still on its way belongs into it, not where the focus is. */
    function wait(event: KeyboardEvent) {
      if (now.current !== "switcher" || document.querySelector(".switcher")) return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === "Escape") setShown(undefined);
      else if (event.key === "Backspace") early.current = early.current.slice(0, -1);
      else if (event.key.length === 1) early.current += event.key;
      event.preventDefault();
      event.stopPropagation();
    }
    function press(event: KeyboardEvent) {
      if (event.defaultPrevented) return;
      const meant = globalKey(event, whereOf(event.target));
      // The box over the list answers the search itself.
      if (!meant || meant === "search") return;
      // What lies over the page has the keys to itself, but goes with the key it came by.
      if (document.querySelector(".veil, .lightbox") && now.current !== meant) return;
      event.preventDefault();
      if (typeof meant === "object") return step(meant);
      early.current = "";
      setShown(now.current === meant ? undefined : meant);
    }
    window.addEventListener("keydown", wait, { capture: true });
    window.addEventListener("keydown", press);
    const stop = onSwitcherCall(() => setShown("switcher"));
    return () => {
      window.removeEventListener("keydown", wait, { capture: true });
      window.removeEventListener("keydown", press);
      stop();
    };
  }, []);

  // Whoever goes to a room by the switcher goes there to write.
  useEffect(() => {
    const wanted = landing.current;
    if (!wanted || (path !== wanted.to && path === wanted.from)) return;
    landing.current = undefined;
    if (path !== wanted.to) return;
    const frame = requestAnimationFrame(() => {
      if (matchMedia("(pointer: fine)").matches) document.getElementById("compose")?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [path, shown]);

  function go(to: string | undefined) {
    const room = to ? roomOf(to) : undefined;
    landing.current = to && room && room.number === undefined && !room.panel ? { from: path, to } : undefined;
  }

  if (shown === "switcher") return <Switcher begun={early} onClose={() => setShown(undefined)} onGo={go} />;
  if (shown === "shortcuts") return <ShortcutsDialog onClose={() => setShown(undefined)} />;
  return null;
}

/** To the next row of the list as it stands there. */
function step({ by, unread }: Step): void {
  const rows = [...document.querySelectorAll<HTMLAnchorElement>("aside.side a.channel")];
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const wanted = (row: HTMLAnchorElement) => !unread || row.dataset.unread !== undefined;
  const before = by > 0 ? rows.slice(at + 1) : rows.slice(0, Math.max(at, 0)).reverse();
  const next = before.find(wanted);
  next?.click();
  next?.scrollIntoView({ block: "nearest" });
}
