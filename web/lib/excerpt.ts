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

// Those take the place of two letters.
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uFF00-\uFF60]/u;

/** The excerpt with no more than `most` letters' width before its first hit: the few lines there are have to show it. */
export function leadIn(pieces: readonly ExcerptPart[], most: number): ExcerptPart[] {
  const [first, ...rest] = pieces;
  if (!first || first.hit || rest.length === 0) return [...pieces];
  const letters = [...first.text];
  let width = 0;
  let from = letters.length;
  while (from > 0 && width < most) {
    from -= 1;
    width += WIDE.test(letters[from] ?? "") ? 2 : 1;
  }
  if (from === 0) return [...pieces];
  const kept = letters.slice(from).join("");
  const whole = kept.replace(/^[\p{L}\p{N}]{1,20}\s+(?=\S)/u, "");
  const text = WIDE.test(kept.charAt(0)) ? kept : whole;
  return [{ text: `… ${text.replace(/^…?\s+/u, "")}` }, ...rest];
}
