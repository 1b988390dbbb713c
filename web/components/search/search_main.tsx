"use client";

import type { ReactNode } from "react";

import { walkLinks } from "@/components/search/walk";

/** The search page's frame: in it the arrow keys go from the field to the results and back. */
export function SearchMain({ children }: { children: ReactNode }) {
  return (
    <main className="pane search" id="main" tabIndex={-1} onKeyDown={walkLinks}>
      {children}
    </main>
  );
}
