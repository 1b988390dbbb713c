import type { KeyboardEvent } from "react";

/** The arrow keys go from link to link within what has this as its key handler, and from its first one to the field. */
export function walkLinks(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.nativeEvent.isComposing) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("input[type=search], [data-walk] a[href]")];
  const next = all[all.indexOf(event.target as HTMLElement) + by];
  if (!all.includes(event.target as HTMLElement) || !next) return;
  event.preventDefault();
  next.focus();
}
