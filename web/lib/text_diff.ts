/**
 * What became of a text: by words, and by characters where a language writes without spaces. Pure.
 *
 * Texts that differ too much for their length to be compared in a moment are shown as one gone and one come.
 */

export interface DiffPiece {
  kind: "same" | "gone" | "new";
  text: string;
}

/** So many pairs of pieces are compared at most: some ten milliseconds. */
const MOST_PAIRS = 4_000_000;
/** Words of scripts with spaces, single characters of the others, spaces and marks. */
const PIECES =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}\p{M}*|[\p{L}\p{N}\p{M}_]+?(?=\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|[^\p{L}\p{N}\p{M}_]|$)|\s+|[^\p{L}\p{N}\p{M}\s_]/gu;

export function diffTexts(before: string, after: string): DiffPiece[] {
  const [old, now] = [piecesOf(before), piecesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const pieces: DiffPiece[] = [];
  push(pieces, "same", old.slice(0, start).join(""));
  compare(pieces, old.slice(start, old.length - end), now.slice(start, now.length - end));
  push(pieces, "same", old.slice(old.length - end).join(""));
  return pieces;
}

export function piecesOf(text: string): string[] {
  return text.match(PIECES) ?? [];
}

function compare(pieces: DiffPiece[], old: readonly string[], now: readonly string[]): void {
  if (old.length * now.length > MOST_PAIRS) {
    push(pieces, "gone", old.join(""));
    push(pieces, "new", now.join(""));
    return;
  }
  const lengths = commonLengths(old, now);
  const width = now.length + 1;
  const common = (i: number, j: number) => lengths[i * width + j] ?? 0;
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      push(pieces, "same", old[i] ?? "");
      i++;
      j++;
    } else if (i < old.length && (j >= now.length || common(i + 1, j) >= common(i, j + 1))) {
      push(pieces, "gone", old[i++] ?? "");
    } else {
      push(pieces, "new", now[j++] ?? "");
    }
  }
}

/** For each pair of ends, the length of their longest common subsequence. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint16Array {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const at = i * width + j;
      const longer = Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
      lengths[at] = old[i] === now[j] ? (lengths[at + width + 1] ?? 0) + 1 : longer;
    }
  }
  return lengths;
}

/** Behind each other what belongs together; what is gone stands before what came in its place. */
function push(pieces: DiffPiece[], kind: DiffPiece["kind"], text: string): void {
  if (!text) return;
  const last = pieces.at(-1);
  if (last?.kind === kind) last.text += text;
  else if (kind === "gone" && last?.kind === "new" && pieces.at(-2)?.kind === "gone") {
    const gone = pieces.at(-2);
    if (gone) gone.text += text;
  } else if (kind === "gone" && last?.kind === "new") pieces.splice(-1, 0, { kind, text });
  else pieces.push({ kind, text });
}
