/** How far others have read what one wrote: which of one's own messages carry a sign, and of whom. Pure. */

import type { Positions } from "./ephemera.ts";
import type { Line } from "./protocol.gen.ts";

export interface Sign {
  /** Those who have read this one, and none of one's own after it: in the order they read. */
  marks: readonly string[];
  /** Everybody who has read it. */
  readers: readonly string[];
}

/**
 * By number: one's newest message always has a sign, an earlier one only where somebody's reading ends. Members who
 * joined after a message and read on count as readers of it; nobody can tell the two apart.
 */
export function signsOf(lines: readonly Line[], positions: Positions, me: string): ReadonlyMap<number, Sign> {
  const own = lines.flatMap((line) =>
    line.type === "message.posted" && line.author === me && !line.deleted ? [line.number] : [],
  );
  const others = Object.entries(positions).filter(([user]) => user !== me);
  const signs = new Map<number, Sign>();
  for (const [index, number] of own.entries()) {
    const next = own[index + 1] ?? Infinity;
    const marks = others.filter(([, read]) => read >= number && read < next).map(([user]) => user);
    if (marks.length === 0 && next !== Infinity) continue;
    signs.set(number, { marks, readers: others.filter(([, read]) => read >= number).map(([user]) => user) });
  }
  return signs;
}
