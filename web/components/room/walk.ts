import type { KeyboardEvent } from "react";

/** The arrow keys go from message to message of a list. */
export function walkRows(event: KeyboardEvent, list: HTMLElement | null): void {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const start = event.target as HTMLElement;
  if (!by || !start.matches("[data-row]")) return;
  event.preventDefault();
  const all = [...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
  all[all.indexOf(start) + by]?.focus();
}

/** The key of the row that has the focus, or has it within. */
export function rowAt(target: EventTarget): string | undefined {
  return (target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
}
