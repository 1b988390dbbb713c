/** What a result shows of its message: one running line, without formatting marks, its hits still marked. Pure. */

import { previewOf } from "./preview.ts";
import type { ExcerptPart } from "./protocol.gen.ts";

// Noncharacters (Unicode 23.7): no message has them, and no rule for marks knows them.
const OPEN = "\uFDD0";
const CLOSE = "\uFDD1";
const EITHER = /[\uFDD0\uFDD1]/gu;
// The items of a list would run into each other.
const ITEM = /\n\s*(?:[-*+]|\d{1,3}[.)])\s+/gu;
const MARKED = /\uFDD0([^\uFDD1]*)\uFDD1|([^\uFDD0]+)/gu;

/** The pieces without formatting marks, neighbours of one kind joined; as they were where that would lose a hit. */
export function cleanExcerpt(pieces: readonly ExcerptPart[]): ExcerptPart[] {
  const marked = pieces.map(({ text, hit }) => wrap(text.replace(EITHER, ""), hit)).join("");
  const clean = previewOf(marked.replace(ITEM, " · "));
  const kept = count(clean) === count(marked) ? clean : marked.replace(/\s+/gu, " ");
  return [...kept.matchAll(MARKED)]
    .map(([, hit, text]) => (hit === undefined ? { text: text?.replace(EITHER, "") ?? "" } : { text: hit, hit: true }))
    .filter(({ text }) => text !== "");
}

function wrap(text: string, hit: boolean | undefined): string {
  return hit && text ? `${OPEN}${text}${CLOSE}` : text;
}

function count(marked: string): number {
  return marked.split(OPEN).length;
}
