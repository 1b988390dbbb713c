/** How a poll stands, as the pages draw it. Pure. */

import type { PartOf } from "./parts.ts";
import type { PollState } from "./protocol.gen.ts";

export interface Tally {
  /** By the places of the options. */
  votes: number[];
  voters: number;
  /** The places of those that most people chose; none where nobody votes. */
  leading: number[];
}

export function tallyOf(poll: PartOf<"poll">, state: PollState = {}): Tally {
  const { ballots = [] } = state;
  const votes = poll.options.map((_, place) =>
    poll.anonymous ? (state.votes?.[place] ?? 0) : ballots.filter(({ options }) => options.includes(place)).length,
  );
  const most = Math.max(0, ...votes);
  return {
    votes,
    voters: poll.anonymous ? (state.voters ?? 0) : ballots.length,
    leading: most > 0 ? votes.flatMap((count, place) => (count === most ? [place] : [])) : [],
  };
}

/** What `me` votes for; `answer` is what one's own log says of an anonymous poll. */
export function ownVote(
  poll: PartOf<"poll">,
  state: PollState | undefined,
  me: string,
  answer: readonly number[] | undefined,
): readonly number[] {
  if (poll.anonymous) return answer ?? [];
  return state?.ballots?.find(({ user }) => user === me)?.options ?? [];
}

/** Who votes for the option at `place`, in the order they began to. */
export function votersOf(state: PollState | undefined, place: number): string[] {
  return (state?.ballots ?? []).filter(({ options }) => options.includes(place)).map(({ user }) => user);
}

/** Of the voters, in whole percent. */
export function share(count: number, voters: number): number {
  return voters > 0 ? Math.round((count / voters) * 100) : 0;
}

export function sameChoice(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((place) => other.includes(place));
}
