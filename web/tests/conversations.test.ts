import { describe, expect, it } from "vitest";

import { arrange, countWaiting, isHidden, partnerOf, spokenName } from "../lib/conversations.ts";
import type { ChannelSummary } from "../lib/protocol.gen.ts";

const ME = "me";

function channel(id: string, fields: Partial<ChannelSummary> = {}): ChannelSummary {
  return {
    id,
    name: id,
    created_by: "ann",
    created_at: 0,
    seq: 2,
    number: 1,
    members: 2,
    position: 0,
    position_seq: 0,
    ...fields,
  };
}

function talk(id: string, fields: Partial<ChannelSummary> = {}): ChannelSummary {
  return channel(id, {
    kind: "direct",
    people: [
      { id: ME, name: "Me" },
      { id, name: id },
    ],
    ...fields,
  });
}

function said(at: number): Pick<ChannelSummary, "last"> {
  return { last: { number: 1, author: "ann", at } };
}

function ids(all: ChannelSummary[], order: "activity" | "name" = "activity", open?: string) {
  const { channels, people } = arrange(all, { me: ME, order, open });
  return [channels.map(({ id }) => id), people.map(({ id }) => id)];
}

describe("the list", () => {
  it("has channels and people apart, where something was said last first", () => {
    const all = [channel("a", said(1)), talk("bo", said(2)), channel("c", said(3)), talk("di", said(4))];
    expect(ids(all)).toEqual([
      ["c", "a"],
      ["di", "bo"],
    ]);
    expect(ids(all, "name")).toEqual([
      ["a", "c"],
      ["bo", "di"],
    ]);
  });

  it("has pinned ones at the top, whatever the order", () => {
    const all = [channel("a", said(9)), channel("z", { ...said(1), pinned: true })];
    expect(ids(all)).toEqual([["z", "a"], []]);
    expect(ids(all, "name")).toEqual([["z", "a"], []]);
  });

  it("leaves out what was hidden until its next message, unless it is open", () => {
    const hidden = channel("a", { number: 3, hidden_below: 4 });
    expect(ids([hidden])).toEqual([[], []]);
    expect(ids([hidden], "activity", "a")).toEqual([["a"], []]);
    expect(isHidden({ ...hidden, number: 4 })).toBe(false);
  });

  it("shows a conversation that somebody else has opened only once they say something", () => {
    const silent = { number: 0, created_by: "bo" };
    expect(ids([talk("bo", silent)])).toEqual([[], []]);
    expect(ids([talk("bo", { ...silent, created_by: ME })])).toEqual([[], ["bo"]]);
    expect(ids([talk("bo", { ...silent, number: 1 })])).toEqual([[], ["bo"]]);
  });
});

it("counts nothing of a muted channel", () => {
  expect(countWaiting({ unread: [1, 2] })).toBe(2);
  expect(countWaiting({ unread: [1, 2], muted: true })).toBe(0);
  expect(countWaiting({})).toBe(0);
});

it("knows whom one talks to", () => {
  expect(partnerOf(talk("bo"), ME)?.id).toBe("bo");
  expect(partnerOf({ kind: "direct", people: [{ id: ME, name: "Me" }] }, ME)?.id).toBe(ME);
  expect(partnerOf({ kind: "group", people: [{ id: "bo", name: "Bo" }] }, ME)).toBeUndefined();
});

it("calls channels by their sign and people by their names", () => {
  expect(spokenName({ name: "design" })).toBe("#design");
  expect(spokenName({ name: "Bo", kind: "direct" })).toBe("Bo");
});
