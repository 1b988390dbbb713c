import { describe, expect, test } from "vitest";

import { applyEvent, applyEvents, type ClientState, cut, unknownUsers } from "@/lib/apply_event";
import type { AnyEvent, ChannelSummary } from "@/lib/protocol.gen.ts";

import { ANN, BOB, DEN, HALL, ME, message, room, snapshot, summary } from "./make";

const STREAM = `channel:${HALL}`;

function hall(state: ClientState): ChannelSummary {
  const [found] = state.channels;
  if (!found) throw new Error("no channel");
  return found;
}

function deleted(number: number, seq: number): AnyEvent {
  return { type: "message.deleted", channel: HALL, seq, at: seq * 1000, number, by: ANN };
}

describe("streams", () => {
  test("a repeated event changes nothing, not even the object", () => {
    const state = snapshot();
    expect(applyEvent(state, message(2))).toBe(state);
  });

  test("an event behind a gap marks the stream stale and nothing else", () => {
    const state = applyEvent(snapshot(), message(4));
    expect(state).toEqual({ ...snapshot(), stale: [STREAM] });
  });

  test("an event of an unknown type still takes its seq", () => {
    const unknown = { type: "sun.risen", channel: HALL, seq: 6, at: 1 } as unknown as AnyEvent;
    const state = applyEvents(snapshot(), [unknown, message(3, { seq: 7 })]);
    expect(hall(state).seq).toBe(7);
    expect(state.stale).toBeUndefined();
  });

  test("an event of a channel one is not in changes nothing", () => {
    const state = snapshot();
    expect(applyEvent(state, message(1, { channel: DEN, seq: 9 }))).toBe(state);
  });

  test("neither state nor event is changed", () => {
    const state = snapshot();
    const before = structuredClone(state);
    applyEvents(state, [message(3), deleted(3, 7)]);
    expect(state).toEqual(before);
  });
});

describe("messages", () => {
  test("another's message is appended, unread, and the last of its channel", () => {
    const state = applyEvent(snapshot(), message(3));
    expect(state.room?.lines.at(-1)).toEqual(message(3));
    expect(hall(state)).toMatchObject({
      seq: 6,
      number: 3,
      position: 2,
      unread: [3],
      last: { number: 3, text: "text 3" },
    });
    expect(state.room?.channel).toEqual(hall(state));
  });

  test("one's own message moves the read position", () => {
    const state = applyEvents(snapshot(), [message(3), message(4, { author: ME })]);
    expect(hall(state)).toMatchObject({ position: 4, position_seq: 7 });
    expect(hall(state)).not.toHaveProperty("unread");
  });

  test("a window that does not reach the newest line stays as it is", () => {
    const state = applyEvent(snapshot({ room: room({ newer: true }) }), message(3));
    expect(state.room?.lines).toHaveLength(2);
    expect(hall(state).number).toBe(3);
  });

  test("an edit changes the text, the time of the edit and the last message", () => {
    const edited: AnyEvent = { type: "message.edited", channel: HALL, seq: 7, at: 99, number: 3, by: ANN, text: "new" };
    const state = applyEvents(snapshot(), [message(3), edited]);
    expect(state.room?.lines.at(-1)).toEqual({ ...message(3), text: "new", edited_at: 99 });
    expect(hall(state).last?.text).toBe("new");
  });

  test("previews replace those that were there, and whose were taken away says so", () => {
    const previews = [{ kind: "preview" as const, url: "https://example.org/", title: "Tides" }];
    const shown: AnyEvent = { type: "message.previewed", channel: HALL, seq: 7, at: 99, number: 3, previews };
    const removed: AnyEvent = { type: "message.previewed", channel: HALL, seq: 8, at: 99, number: 3, by: ANN };
    expect(applyEvents(snapshot(), [message(3), shown]).room?.lines.at(-1)).toEqual({ ...message(3), previews });
    const state = applyEvents(snapshot(), [message(3), shown, removed]);
    expect(state.room?.lines.at(-1)).toEqual({ ...message(3), unpreviewed: true });
  });

  test("a deleted message leaves a tombstone and is unread no more", () => {
    const state = applyEvents(snapshot(), [
      message(3, { key: "k", reactions: [{ emoji: "👍", users: [ME] }] }),
      deleted(3, 7),
    ]);
    const stone = { type: "message.posted", channel: HALL, seq: 6, at: 6000, number: 3, author: ANN, deleted: true };
    expect(state.room?.lines.at(-1)).toEqual(stone);
    expect(hall(state).last).toEqual({ number: 3, author: ANN, at: 6000, deleted: true });
    expect(hall(state)).not.toHaveProperty("unread");
  });

  test("the last message is cut to 140 code points, not in the middle of one", () => {
    const state = applyEvent(snapshot(), message(3, { text: "😀".repeat(141) }));
    expect(hall(state).last?.text).toBe("😀".repeat(140));
    expect(cut("abc", 2)).toBe("ab");
  });

  test("reactions come in the order they were made, and go with their last user", () => {
    const react = (seq: number, type: "reaction.added" | "reaction.removed", emoji: string, by: string): AnyEvent => ({
      type,
      channel: HALL,
      seq,
      at: seq,
      number: 2,
      by,
      emoji,
    });
    const some = [
      react(6, "reaction.added", "👍", ANN),
      react(7, "reaction.added", "🎉", ANN),
      react(8, "reaction.added", "👍", ME),
    ];
    const state = applyEvents(snapshot(), some);
    expect(state.room?.lines[1]).toHaveProperty("reactions", [
      { emoji: "👍", users: [ANN, ME] },
      { emoji: "🎉", users: [ANN] },
    ]);
    const rest = [
      react(9, "reaction.removed", "👍", ANN),
      react(10, "reaction.removed", "🎉", ANN),
      react(11, "reaction.removed", "👍", ME),
    ];
    expect(applyEvents(state, rest).room?.lines[1]).toEqual(message(2));
  });
});

describe("reading", () => {
  function read(number: number, channelSeq: number, seq = 4): AnyEvent {
    return { type: "position.set", user: ME, seq, at: 1, channel: HALL, number, channel_seq: channelSeq };
  }

  test("setting the position clears what is at or below it", () => {
    const state = applyEvents(snapshot(), [message(3), message(4), read(3, 7)]);
    expect(hall(state)).toMatchObject({ position: 3, position_seq: 7, unread: [4] });
  });

  test("of a post and a position the one with the higher channel seq holds", () => {
    const state = applyEvents(snapshot(), [read(1, 9), message(3, { author: ME })]);
    expect(hall(state)).toMatchObject({ position: 1, position_seq: 9 });
  });

  test("a lowered position is marked stale: what lies above it only the server knows", () => {
    expect(applyEvent(snapshot(), read(0, 5)).stale).toEqual([STREAM]);
  });

  test("at most 101 unread messages are kept, the newest", () => {
    const many = Array.from({ length: 120 }, (_, index) => message(index + 3));
    const state = applyEvents(snapshot(), many);
    expect(hall(state).unread).toHaveLength(101);
    expect(hall(state).unread?.[0]).toBe(22);
    expect(applyEvent(state, deleted(60, 126)).stale).toEqual([STREAM]);
  });
});

describe("members", () => {
  test("who joins is counted, listed and known by name", () => {
    const joined: AnyEvent = {
      type: "member.joined",
      channel: HALL,
      seq: 6,
      at: 1,
      by: BOB,
      user: { id: BOB, name: "bob" },
    };
    const state = applyEvent(snapshot(), joined);
    expect(hall(state).members).toBe(3);
    expect(state.room?.members?.at(-1)).toEqual({ id: BOB, name: "bob" });
    expect(state.users).toContainEqual({ id: BOB, name: "bob" });
    expect(state.room?.lines.at(-1)).toEqual(joined);
  });

  test("who leaves is listed no more", () => {
    const left: AnyEvent = {
      type: "member.left",
      channel: HALL,
      seq: 6,
      at: 1,
      by: ANN,
      user: { id: ANN, name: "ann" },
    };
    const state = applyEvent(snapshot(), left);
    expect(hall(state).members).toBe(1);
    expect(state.room?.members).toEqual([{ id: ME, name: "me" }]);
  });

  test("a new membership adds its channel, an ended one takes it away", () => {
    const den = summary({ id: DEN, name: "den" });
    const started: AnyEvent = { type: "membership.started", user: ME, seq: 4, at: 1, channel: den, channel_seq: 5 };
    const state = applyEvent(snapshot(), started);
    expect(state.channels.map((each) => each.id)).toEqual([HALL, DEN]);
    const ended: AnyEvent = { type: "membership.ended", user: ME, seq: 5, at: 1, channel: HALL, channel_seq: 9 };
    const after = applyEvent(state, ended);
    expect(after.channels).toEqual([den]);
    expect(after.room?.member).toBe(false);
    expect(after.stale).toEqual([STREAM]);
  });
});

test("authors without a name are asked for", () => {
  expect(unknownUsers(applyEvent(snapshot(), message(3, { author: BOB })))).toEqual([BOB]);
});

describe("conversations", () => {
  const ann = { id: ANN, name: "ann" };
  const me = { id: ME, name: "me" };
  const bob = { id: BOB, name: "bob" };

  function group(changes: Partial<ChannelSummary> = {}): ClientState {
    const people = [ann, me];
    const channel = summary({ kind: "group", people, name: "ann", unnamed: true, private: true, ...changes });
    return snapshot({ channels: [channel], room: room({ channel }) });
  }

  function comes(): AnyEvent {
    return { type: "member.joined", channel: HALL, seq: 6, at: 1, by: ANN, user: bob };
  }

  test("a group is called by its people, as they come and go", () => {
    const state = applyEvent(group(), comes());
    expect(hall(state)).toMatchObject({ name: "ann, bob", people: [ann, me, bob], members: 3 });
    const left = applyEvent(state, { type: "member.left", channel: HALL, seq: 7, at: 1, by: ANN, user: ann });
    expect(hall(left)).toMatchObject({ name: "bob", people: [me, bob] });
  });

  test("a name that was given stays whoever comes", () => {
    const named = applyEvent(group(), {
      type: "channel.renamed",
      channel: HALL,
      seq: 6,
      at: 1,
      by: ANN,
      name: "Friday",
    });
    expect(hall(named)).not.toHaveProperty("unnamed");
    expect(hall(applyEvent(named, { ...comes(), seq: 7 } as AnyEvent)).name).toBe("Friday");
  });

  test("what one makes of one's place replaces what one made before", () => {
    const changed = { type: "membership.changed", seq: 4, at: 1, user: ME, channel: HALL } as const;
    const muted = applyEvent(snapshot(), { ...changed, muted: true, hidden_below: 3 });
    expect(hall(muted)).toMatchObject({ muted: true, hidden_below: 3 });
    expect(muted.room?.channel).toBe(hall(muted));
    const again = applyEvent(muted, { ...changed, seq: 5, pinned: true });
    expect(hall(again)).toMatchObject({ pinned: true });
    expect(hall(again)).not.toHaveProperty("muted");
  });
});

describe("mentions", () => {
  const named = [{ text: "@me", user: ME }];

  function edited(seq: number, number: number, mentions?: typeof named): AnyEvent {
    return {
      type: "message.edited",
      channel: HALL,
      seq,
      at: 1,
      number,
      by: ANN,
      text: "x",
      ...(mentions && { mentions }),
    };
  }

  test("a message that names the reader, or everybody, is counted until it is read", () => {
    const one = applyEvent(snapshot(), message(3, { mentions: named }));
    const two = applyEvent(one, message(4, { mentions: [{ text: "@all", wide: "channel" }] }));
    const three = applyEvent(two, message(5, { mentions: [{ text: "@ann", user: ANN }] }));
    expect(hall(three)).toMatchObject({ mentioned: [3, 4], unread: [3, 4, 5] });
    const read: AnyEvent = { type: "position.set", user: ME, seq: 4, at: 1, channel: HALL, number: 3, channel_seq: 8 };
    expect(hall(applyEvent(three, read)).mentioned).toEqual([4]);
    expect(hall(applyEvent(three, message(6, { author: ME })))).not.toHaveProperty("mentioned");
  });

  test("one's own message names nobody to oneself", () => {
    expect(hall(applyEvent(snapshot(), message(3, { author: ME, mentions: named })))).not.toHaveProperty("mentioned");
  });

  test("an edit changes whom a message names, and a deletion ends it", () => {
    const posted = applyEvent(applyEvent(snapshot(), message(3)), message(4, { mentions: named }));
    const both = applyEvent(posted, edited(8, 3, named));
    expect(hall(both).mentioned).toEqual([3, 4]);
    expect(both.room?.lines.at(-2)).toMatchObject({ mentions: named });
    const one = applyEvent(both, edited(9, 4));
    expect(hall(one).mentioned).toEqual([3]);
    expect(one.room?.lines.at(-1)).not.toHaveProperty("mentions");
    const none = applyEvent(one, { type: "message.deleted", channel: HALL, seq: 10, at: 1, number: 3, by: ANN });
    expect(hall(none)).not.toHaveProperty("mentioned");
  });

  test("an edit of what was read calls nobody back", () => {
    expect(hall(applyEvent(snapshot(), edited(6, 1, named)))).not.toHaveProperty("mentioned");
  });
});

describe("what is put aside", () => {
  const kept = (type: "message.pinned" | "message.unpinned", number: number, seq: number): AnyEvent =>
    ({ type, channel: HALL, seq, at: seq * 1000, number, by: BOB }) as AnyEvent;
  const own = (type: "message.saved" | "message.unsaved", number: number, seq: number): AnyEvent =>
    ({ type, user: ME, channel: DEN, seq, at: seq * 1000, number }) as AnyEvent;

  test("a pin is a line of the room, and the newest pin the last one", () => {
    const state = applyEvents(snapshot(), [kept("message.pinned", 2, 6), kept("message.pinned", 1, 7)]);
    expect(state.room?.pins).toEqual([2, 1]);
    expect(state.room?.lines.at(-1)).toMatchObject({ type: "message.pinned", number: 1 });
  });

  test("what is unpinned or deleted is pinned no more", () => {
    const pinned = applyEvents(snapshot(), [kept("message.pinned", 2, 6), kept("message.pinned", 1, 7)]);
    expect(applyEvent(pinned, kept("message.unpinned", 2, 8)).room?.pins).toEqual([1]);
    const gone = applyEvents(pinned, [deleted(1, 8), deleted(2, 9)]);
    expect(gone.room && "pins" in gone.room).toBe(false);
  });

  test("what one saves is kept by channel, whichever room is open", () => {
    const first = snapshot().seq + 1;
    const saved = applyEvents(snapshot(), [own("message.saved", 4, first), own("message.saved", 2, first + 1)]);
    expect(saved.saved).toEqual({ [DEN]: [4, 2] });
    const left = applyEvents(saved, [own("message.unsaved", 4, first + 2), own("message.unsaved", 2, first + 3)]);
    expect("saved" in left).toBe(false);
  });
});
