import { describe, expect, test } from "vitest";

import { applyEvent, applyEvents } from "@/lib/apply_event";
import { ownVote, sameChoice, share, tallyOf, votersOf } from "@/lib/polls";
import type { AnyEvent, PollPart, PollState } from "@/lib/protocol.gen.ts";
import { ANN, BOB, HALL, ME, message, snapshot } from "./make";

const OPEN: PollPart = { kind: "poll", question: "Tea?", options: ["green", "black", "none"] };
const SECRET: PollPart = { ...OPEN, anonymous: true };
const STATE: PollState = {
  ballots: [
    { user: ANN, options: [1] },
    { user: BOB, options: [0, 1] },
  ],
};

const about = { channel: HALL, at: 1, number: 2 } as const;
const voted = (seq: number, by: string, ...options: number[]): AnyEvent => ({
  ...about,
  type: "poll.voted",
  seq,
  by,
  ...(options.length > 0 && { options }),
});

describe("how a poll stands", () => {
  test("an open one counts its ballots", () => {
    expect(tallyOf(OPEN, STATE)).toEqual({ votes: [1, 2, 0], voters: 2, leading: [1] });
    expect(votersOf(STATE, 1)).toEqual([ANN, BOB]);
  });

  test("an anonymous one is counted by the server", () => {
    expect(tallyOf(SECRET, { votes: [2, 2, 0], voters: 3 })).toEqual({ votes: [2, 2, 0], voters: 3, leading: [0, 1] });
  });

  test("where nobody votes nothing leads", () => {
    expect(tallyOf(OPEN)).toEqual({ votes: [0, 0, 0], voters: 0, leading: [] });
    expect(share(0, 0)).toBe(0);
    expect(share(1, 3)).toBe(33);
  });

  test("one's own vote is among the ballots, or what one's own log says", () => {
    expect(ownVote(OPEN, STATE, BOB, undefined)).toEqual([0, 1]);
    expect(ownVote(OPEN, STATE, ME, [2])).toEqual([]);
    expect(ownVote(SECRET, { voters: 1 }, ME, [2])).toEqual([2]);
    expect(sameChoice([0, 1], [1, 0])).toBe(true);
    expect(sameChoice([0], [0, 1])).toBe(false);
  });
});

describe("events of polls", () => {
  const poll = (events: AnyEvent[]) => applyEvents(snapshot(), events).room?.lines[1];

  test("who votes otherwise keeps their place, and who votes for nothing has none", () => {
    const events = [voted(6, ANN, 0), voted(7, BOB, 1), voted(8, ANN, 1)];
    expect(poll(events)).toHaveProperty("poll", {
      ballots: [
        { user: ANN, options: [1] },
        { user: BOB, options: [1] },
      ],
    });
    expect(poll([...events, voted(9, ANN), voted(10, BOB)])).toEqual(message(2));
  });

  test("a count replaces the one before, and nobody left is nothing", () => {
    const counted = (seq: number, votes: number[], voters?: number): AnyEvent => ({
      ...about,
      type: "poll.counted",
      seq,
      votes,
      ...(voters && { voters }),
    });
    expect(poll([counted(6, [1, 0], 1), counted(7, [1, 1], 2)])).toHaveProperty("poll", { votes: [1, 1], voters: 2 });
    expect(poll([counted(6, [1, 0], 1), counted(7, [0, 0])])).toEqual(message(2));
  });

  test("a closed poll keeps its votes", () => {
    const closed: AnyEvent = { ...about, type: "poll.closed", seq: 7, at: 99, by: ANN };
    expect(poll([voted(6, ANN, 0), closed])).toHaveProperty("poll", {
      ballots: [{ user: ANN, options: [0] }],
      closed_at: 99,
    });
  });

  test("what was redacted changes nothing", () => {
    expect(poll([{ ...about, type: "poll.voted", seq: 6, by: ANN, redacted: true }])).toEqual(message(2));
  });

  test("one's own anonymous votes come in the order of the newest", () => {
    const answered = (seq: number, number: number, ...options: number[]): AnyEvent => ({
      type: "poll.answered",
      seq,
      at: 1,
      user: ME,
      channel: HALL,
      number,
      ...(options.length > 0 && { options }),
    });
    const state = snapshot();
    const after = applyEvents(state, [
      answered(state.seq + 1, 1, 0),
      answered(state.seq + 2, 2, 1),
      answered(state.seq + 3, 1),
    ]);
    expect(after.answers).toEqual([
      { channel: HALL, number: 2, options: [1] },
      { channel: HALL, number: 1 },
    ]);
    expect(applyEvent(after, answered(state.seq + 3, 2))).toBe(after);
  });
});
