/** What the quick switcher offers for what was written in it. Pure. */

import { bestNamed, type Sounds } from "./completion.ts";
import { countWaiting, isConversation } from "./conversations.ts";
import type { ChannelSummary } from "./protocol.gen.ts";
import { byActivity } from "./state_views.ts";

/** `#` and `@` ask for one kind of place, `>` for what one can do. */
export type Wanted = "all" | "channels" | "people" | "actions";

const SIGNS: Record<string, Wanted> = {
  "#": "channels",
  "＃": "channels",
  "@": "people",
  ">": "actions",
  "》": "actions",
};

export function readWanted(written: string): { wanted: Wanted; text: string } {
  const plain = written.trimStart();
  const wanted = SIGNS[plain.charAt(0)];
  return wanted ? { wanted, text: plain.slice(1).trim() } : { wanted: "all", text: plain.trim() };
}

interface Around {
  wanted: Wanted;
  text: string;
  /** The channel whose room is open. */
  open: string | undefined;
  sounds: Sounds | undefined;
}

const MOST = 8;

/** One's own channels and conversations: what waits and what was last active first, then by how well the name fits. */
export function placesFor(
  channels: readonly ChannelSummary[],
  { wanted, text, open, sounds }: Around,
): ChannelSummary[] {
  if (wanted === "actions") return [];
  const possible = channels.filter((each) => wanted === "all" || (wanted === "people") === isConversation(each));
  const sorted = byActivity(possible);
  if (text) return bestNamed(sorted, ({ name }) => name, text, MOST, sounds);
  const others = sorted.filter(({ id }) => id !== open);
  const waits = (each: ChannelSummary) => Number(countWaiting(each) > 0);
  return others.sort((one, other) => waits(other) - waits(one)).slice(0, MOST);
}

/** The index after `by` steps through `count` entries, round the ends. */
export function stepThrough(index: number, by: number, count: number): number {
  return count === 0 ? 0 : (index + by + count) % count;
}
