/** A message in one line: for lists, and for reading out. Pure. */

const FENCE = /^\s*```[^\n]*\n?|```\s*$/gm;
const LINK = /!?\[([^\]\n]{1,200})\]\([^)\s]{1,2000}\)/g;
const LEADING = /^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+)/gm;
const MARKS = /(\*\*|__|~~|`)(?=\S)([^\n]*?\S)\1/g;
const EMPHASIS = /(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/g;

/** `text` without its formatting marks, on one line. */
export function previewOf(text: string): string {
  return text
    .replace(FENCE, "")
    .replace(LINK, "$1")
    .replace(LEADING, "")
    .replace(MARKS, "$2")
    .replace(EMPHASIS, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
