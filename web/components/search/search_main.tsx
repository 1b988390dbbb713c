"use client";

import { type ReactNode, useEffect, useRef } from "react";

import { walkLinks } from "@/components/search/walk";

/** What the history keeps of a search page that one left for one of its results. */
interface Left {
  searchTop?: number;
  searchHit?: string;
}

/** The search page's frame: in it the arrow keys go from the field to the results, and one comes back to where one was. */
export function SearchMain({ children }: { children: ReactNode }) {
  const box = useRef<HTMLElement>(null);

  useEffect(() => {
    const { searchTop, searchHit } = (history.state ?? {}) as Left;
    if (searchHit === undefined || !box.current) return;
    box.current.scrollTop = searchTop ?? 0;
    const hits = [...box.current.querySelectorAll<HTMLElement>("a.hit")];
    hits.find((hit) => hit.getAttribute("href") === searchHit)?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    function note(event: MouseEvent) {
      const searchHit = (event.target as HTMLElement).closest("a.hit")?.getAttribute("href");
      const searchTop = box.current?.scrollTop;
      if (searchHit) history.replaceState({ ...(history.state as object), searchHit, searchTop }, "");
    }
    // Before anybody else hears of the click: a room from memory is shown, and in the history, at once.
    window.addEventListener("click", note, { capture: true });
    return () => window.removeEventListener("click", note, { capture: true });
  }, []);

  return (
    <main className="pane search" id="main" tabIndex={-1} ref={box} onKeyDown={walkLinks}>
      {children}
    </main>
  );
}
