/** Where things are in the list, in pixels of the window. Reads the layout and changes nothing but what it is told to. */

import { FAR_PX, type Measured, type Range } from "@/lib/room_slice";

/** What the bar covers of the view. */
export const BAR_PX = 60;

/** The elements of a list; their order on the page is that of the fields. */
export interface Elements {
  /** What scrolls. A column in reverse: its zero is the end. */
  box: HTMLElement;
  /** Stands for older lines that are not drawn. */
  above: HTMLElement;
  /** Has no box of its own, only its rows have (see room.css). */
  list: HTMLElement;
  /** Stands for newer lines that are not drawn. */
  below: HTMLElement;
}

/** A row that is to stay at its height on the screen. */
export interface Anchor {
  key: string;
  top: number;
}

/** What is in view of the list: between the bar above it and the compose box below. */
export function viewOf({ box }: Elements): { top: number; bottom: number } {
  const { top, bottom } = box.getBoundingClientRect();
  return { top, bottom };
}

/** Where the drawn rows lie. */
export function extentOf({ list, below }: Elements): { top: number; bottom: number; height: number } {
  const end = below.getBoundingClientRect().top;
  const top = topOf(list.firstElementChild) ?? end;
  const bottom = list.lastElementChild?.getBoundingClientRect().bottom ?? end;
  return { top, bottom, height: bottom - top };
}

/** The index of the first row whose lower edge lies below `y`; the number of rows when there is none. By halving. */
export function rowBelow(list: HTMLElement, y: number): number {
  const rows = list.children;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? Infinity) <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function topOf(element: Element | null | undefined): number | undefined {
  return element?.getBoundingClientRect().top;
}

/** What is drawn beyond the view, and which lines are near it; `seqs` are those of the rows, in their order. */
export function measure(
  elements: Elements,
  seqs: readonly number[],
  indexOf: (seq: number) => number,
  drawn: Range,
): Measured {
  const view = viewOf(elements);
  const list = extentOf(elements);
  const above = view.top - list.top;
  const below = list.bottom - view.bottom;
  const near = { ...drawn };
  if (above > FAR_PX * 1.5) near.from = indexOf(seqs[rowBelow(elements.list, view.top - FAR_PX)] ?? -Infinity);
  if (below > FAR_PX * 1.5) near.to = indexOf(seqs[rowBelow(elements.list, view.bottom + FAR_PX)] ?? Infinity) + 1;
  return { above, below, height: list.height, near };
}

export function heightOf(spacer: HTMLElement): number {
  return parseFloat(spacer.style.height) || 0;
}

export function setHeight(spacer: HTMLElement, px: number): void {
  const height = px > 0 ? `${px}px` : "";
  if (spacer.style.height !== height) spacer.style.height = height;
}
