/** What stands for a person or a channel where there is no picture. Pure. */

const HUES = 12;

/** One of twelve hues, always the same for the same id. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return hash % HUES;
}

/** One or two letters: "AN" for "ann.nguyen", "王" for "王小明", "B" for "Bo". */
export function initialsOf(name: string): string {
  const parts = name.split(/[\s._-]+/u).filter(Boolean);
  const [first = "", second] = parts.map((part) => firstLetter(part));
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(first)) return first;
  return (first + (second ?? "")).toLocaleUpperCase();
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstLetter(part: string): string {
  for (const { segment } of letters.segment(part)) return segment;
  return "";
}
