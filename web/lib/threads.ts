/** What pages read off followed threads. Pure. */

import type { FollowedThread, Snapshot, ThreadNews, UserView } from "./protocol.gen.ts";

/** What `/api/threads` answers. */
export interface ThreadList {
  threads: ThreadNews[];
  users?: UserView[];
}

/** Where the reader is in the thread of a message, if they follow it. */
export function followOf(
  { threads }: Pick<Snapshot, "threads">,
  channel: string,
  number: number,
): FollowedThread | undefined {
  return threads?.find((each) => each.channel === channel && each.number === number);
}

/** The number of unread replies in each followed thread of a channel that has some, by the number of its message. */
export function unreadIn({ threads }: Pick<Snapshot, "threads">, channel: string): ReadonlyMap<number, number> {
  const here = (threads ?? []).filter((each) => each.channel === channel && each.unread?.length);
  return new Map(here.map(({ number, unread }) => [number, unread?.length ?? 0]));
}

/** In how many of the followed threads something is unread. */
export function countUnreadThreads({ threads }: Pick<Snapshot, "threads">): number {
  return (threads ?? []).filter(({ unread }) => unread?.length).length;
}
