/**
 * The one reducer of the pages: what the server rendered, plus every later event, gives what the server would render now.
 *
 * Invariants:
 * 1. Pure: neither the state nor the event is changed; the same object comes back when nothing changed.
 * 2. An event at or below a stream's known seq changes nothing: repeats are harmless, in any number.
 * 3. An event past a gap changes nothing but marks the stream stale; only a fresh snapshot heals that.
 * 4. Where the result could differ from a fresh fetch (an unread list that was cut, a member list that was), the
 *    stream is marked stale and the state is the closest one can know.
 * 5. Fields at their default are absent, as in the server's JSON, so that the two can be compared as they are.
 * 6. Unknown types and fields of events are ignored; an unknown type still takes its seq.
 *
 * Plain TypeScript without a bundler's help, so that Node runs this very file in the replay tests.
 */

import { ANSWERS_KEPT, LAST_TEXT, REPLY_PEOPLE, UNREAD_KEPT } from "./protocol.gen.ts";
import type {
  AnyEvent,
  Ballot,
  ChannelSummary,
  FollowedThread,
  LastMessage,
  Line,
  Mention,
  PollState,
  Reaction,
  Replies,
  Room,
  Snapshot,
  Thread,
  UserView,
} from "./protocol.gen.ts";

/** How many members a room lists (Room.members). */
export const MEMBERS_KEPT = 200;

/** A snapshot that events were applied to. `stale` names the streams that have to be fetched afresh, oldest first. */
export interface ClientState extends Snapshot {
  stale?: string[];
  /** Why this channel's older lines do not come, as the API's code. They are asked for again by themselves. */
  olderTrouble?: { channel: string; code: string } | undefined;
}

type Message = Extract<Line, { type: "message.posted" }>;
type EventOf<T extends AnyEvent["type"]> = Extract<AnyEvent, { type: T }>;
type ChannelEvent = Extract<AnyEvent, { channel: string; seq: number }> & { user?: unknown };
type UserEvent = EventOf<
  | "membership.started"
  | "membership.ended"
  | "membership.changed"
  | "position.set"
  | "message.saved"
  | "message.unsaved"
  | "poll.answered"
  | "thread.followed"
  | "thread.unfollowed"
  | "thread.read"
  | "notifications.set"
>;

export function channelStream(channel: string): string {
  return `channel:${channel}`;
}

export function userStream(user: string): string {
  return `user:${user}`;
}

/** The state after `event`. */
export function applyEvent(state: ClientState, event: AnyEvent): ClientState {
  if (isUserEvent(event)) return applyUserEvent(state, event);
  if (typeof (event as ChannelEvent).channel === "string") return applyChannelEvent(state, event as ChannelEvent);
  return state;
}

export function applyEvents(state: ClientState, events: Iterable<AnyEvent>): ClientState {
  let next = state;
  for (const event of events) next = applyEvent(next, event);
  return next;
}

/** The seq up to which the state knows `stream`; undefined for a stream it does not follow. */
export function seqOf(state: Snapshot, stream: string): number | undefined {
  if (stream === userStream(state.user.id)) return state.seq;
  return findSummary(state, stream.slice("channel:".length))?.seq;
}

/** The positions to resume from: every stream the server will send us. */
export function positionsOf(state: Snapshot): Record<string, number> {
  const streams: Record<string, number> = { [userStream(state.user.id)]: state.seq };
  for (const channel of state.channels) streams[channelStream(channel.id)] = channel.seq;
  return streams;
}

/** The first `limit` code points of `text`. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return Array.from(text.slice(0, limit * 2))
    .slice(0, limit)
    .join("");
}

export function markStale(state: ClientState, stream: string): ClientState {
  if (state.stale?.includes(stream)) return state;
  return { ...state, stale: [...(state.stale ?? []), stream] };
}

// --- streams -----------------------------------------------------------------------------------------------------

function isUserEvent(event: AnyEvent): event is UserEvent {
  // Events of a channel name a person as an object ({id, name}), those of a user's own stream as an id.
  return typeof (event as { user?: unknown }).user === "string";
}

function findSummary(state: Snapshot, channel: string): ChannelSummary | undefined {
  return (
    state.channels.find((summary) => summary.id === channel) ??
    (state.room?.channel.id === channel ? state.room.channel : undefined)
  );
}

function applyUserEvent(state: ClientState, event: UserEvent): ClientState {
  if (event.user !== state.user.id || event.seq <= state.seq) return state;
  if (event.seq > state.seq + 1) return markStale(state, userStream(state.user.id));
  const next = { ...state, seq: event.seq };
  switch (event.type) {
    case "membership.started":
      return startMembership(next, event);
    case "membership.ended":
      return endMembership(next, event);
    case "membership.changed":
      return changeMembership(next, event);
    case "position.set":
      return setPosition(next, event);
    case "message.saved":
      return withSaved(next, event.channel, (numbers) => [...numbers, event.number]);
    case "poll.answered":
      return answerPoll(next, event);
    case "notifications.set":
      return { ...next, notifications: event.settings };
    case "message.unsaved":
      return withSaved(next, event.channel, (numbers) => numbers.filter((number) => number !== event.number));
    case "thread.followed":
      return followThread(next, event);
    case "thread.unfollowed":
      return withThreads(next, (threads) => threads.filter((each) => !isThread(each, event)));
    case "thread.read":
      return readThread(next, event);
    default:
      return next;
  }
}

function applyChannelEvent(state: ClientState, event: ChannelEvent): ClientState {
  const summary = findSummary(state, event.channel);
  if (summary === undefined || event.seq <= summary.seq) return state;
  const stream = channelStream(event.channel);
  if (event.seq > summary.seq + 1) return markStale(state, stream);
  const room = state.room?.channel.id === event.channel ? state.room : undefined;
  const thread = state.thread?.root.channel === event.channel ? state.thread : undefined;
  const before: Place = { summary: { ...summary, seq: event.seq }, room, thread, stale: false };
  const after = applyToPlace(before, event, state.user.id);
  const next = withUsers(withPlace(applyToThreads(state, event), after), peopleOf(event));
  return after.stale || cutsUnread(state, event) ? markStale(next, stream) : next;
}

/** One channel as far as the state shows it. */
interface Place {
  summary: ChannelSummary;
  room: Room | undefined;
  /** Opened beside the room. */
  thread?: Thread | undefined;
  stale: boolean;
}

function withPlace(state: ClientState, place: Place): ClientState {
  const { summary, room, thread } = place;
  return {
    ...state,
    channels: state.channels.map((each) => (each.id === summary.id ? summary : each)),
    ...(room && { room: { ...room, channel: summary } }),
    ...(thread && { thread }),
  };
}

function applyToPlace(place: Place, event: ChannelEvent, me: string): Place {
  switch (event.type) {
    case "message.posted":
      return event.thread ? reply(place, event, event.thread) : post(addLine(place, event), event, me);
    case "message.edited":
      return edit(place, event, me);
    case "message.deleted":
      return remove(place, event);
    case "message.previewed":
      return preview(place, event);
    case "reaction.added":
    case "reaction.removed":
      return react(place, event);
    case "poll.voted":
    case "poll.counted":
    case "poll.closed":
      return vote(place, event);
    case "message.pinned":
      return withPins(addLine(place, event), (pins) => [...pins, event.number]);
    case "message.unpinned":
      return withPins(place, (pins) => pins.filter((number) => number !== event.number));
    case "member.joined":
      return withPeople(join(addLine(place, event), event.user), me, (people) => [...people, event.user]);
    case "member.left":
      return withPeople(leave(addLine(place, event), event.user), me, (people) =>
        people.filter(({ id }) => id !== event.user.id),
      );
    case "topic.changed":
      return withSummary(addLine(place, event), { topic: event.topic || undefined });
    case "channel.renamed":
      return withSummary(addLine(place, event), { name: event.name, unnamed: undefined });
    case "channel.created":
      return addLine(place, event);
    default:
      return place;
  }
}

// --- messages ----------------------------------------------------------------------------------------------------

function post(place: Place, event: Message, me: string): Place {
  const { summary } = place;
  const changes: Partial<ChannelSummary> = { number: event.number, last: lastOf(event) };
  if (event.author === me && event.seq > summary.position_seq) {
    changes.position = event.number;
    changes.position_seq = event.seq;
    changes.unread = above(summary.unread, event.number);
    changes.mentioned = above(summary.mentioned, event.number);
  } else if (event.author !== me && event.number > summary.position) {
    changes.unread = [...(summary.unread ?? []), event.number].slice(-UNREAD_KEPT);
    if (namesUser(event.mentions, me))
      changes.mentioned = [...(summary.mentioned ?? []), event.number].slice(-UNREAD_KEPT);
  }
  return withSummary(place, changes);
}

/** A reply is no line of the room, where the message that its thread hangs on says more. */
function reply(place: Place, event: Message, root: number): Place {
  const { thread } = place;
  const opened =
    thread?.root.number === root && !thread.newer ? { ...thread, lines: [...thread.lines, event] } : thread;
  return withReplies(withSummary({ ...place, thread: opened }, { number: event.number }), root, (before) => ({
    count: (before?.count ?? 0) + 1,
    last: event.place ?? 0,
    at: event.at,
    people: [event.author, ...(before?.people ?? []).filter((user) => user !== event.author)].slice(0, REPLY_PEOPLE),
  }));
}

function edit(place: Place, event: EventOf<"message.edited">, me: string): Place {
  const { text, mentions } = event;
  const next = withMessage(place, event.number, (message) =>
    compact({ ...message, text: text || undefined, edited_at: event.at, mentions }),
  );
  const counted = withMentioned(next, event.number, !event.thread && event.by !== me && namesUser(mentions, me));
  return withLast(counted, event.number, (last) => compact({ ...last, text: cut(text ?? "", LAST_TEXT) || undefined }));
}

/** Whether these name the person, or everybody. */
export function namesUser(mentions: readonly Mention[] | undefined, user: string): boolean {
  return mentions?.some((mention) => mention.user === user || mention.wide !== undefined) ?? false;
}

/** The message `number` names the user, or does no more. */
function withMentioned(place: Place, number: number, named: boolean): Place {
  const { mentioned = [], position } = place.summary;
  if (mentioned.includes(number) === named || (named && number <= position)) return place;
  if (named) {
    // One that is older than all of a list that may have been cut is not among the newest.
    const all = [...mentioned, number].sort((one, other) => one - other).slice(-UNREAD_KEPT);
    return withSummary(place, { mentioned: all });
  }
  const left = mentioned.filter((each) => each !== number);
  const next = withSummary(place, { mentioned: left.length > 0 ? left : undefined });
  return { ...next, stale: place.stale || mentioned.length >= UNREAD_KEPT };
}

function preview(place: Place, event: EventOf<"message.previewed">): Place {
  if (event.redacted) return place; // the message was deleted later on
  const { previews, by } = event;
  return withMessage(place, event.number, (message) =>
    compact({ ...message, previews, unpreviewed: by ? true : message.unpreviewed }),
  );
}

function remove(place: Place, event: EventOf<"message.deleted">): Place {
  const gone = withMessage(place, event.number, tombstone);
  const counted = event.thread
    ? withReplies(gone, event.thread, (before) => before && { ...before, count: before.count - 1 })
    : gone;
  const next = withPins(counted, (pins) => pins.filter((number) => number !== event.number));
  return withoutUnread(
    withLast(withoutQuotes(next, event.number, event.seq), event.number, ({ number, author, at }) => ({
      number,
      author,
      at,
      deleted: true,
    })),
    event.number,
  );
}

/** Nobody reads in a quote what was deleted. */
function withoutQuotes(place: Place, number: number, seq: number): Place {
  const quotes = (line: Line) => line.type === "message.posted" && line.reply?.number === number && !line.reply.deleted;
  const empty = <T extends Line>(line: T) => (quotes(line) ? { ...line, reply: { number, deleted: true, seq } } : line);
  const { room, thread } = place;
  const inRoom = room?.lines.some(quotes) ? { ...room, lines: room.lines.map(empty) } : room;
  if (!thread || ![thread.root, ...thread.lines].some(quotes))
    return inRoom === room ? place : { ...place, room: inRoom };
  return { ...place, room: inRoom, thread: { ...thread, root: empty(thread.root), lines: thread.lines.map(empty) } };
}

/** What is left of a deleted message: its place. */
export function tombstone(message: Message): Message {
  const { type, seq, at, channel, number, author, thread, place, replies } = message;
  return compact({ type, seq, at, channel, number, author, deleted: true, thread, place, replies });
}

function react(place: Place, event: EventOf<"reaction.added" | "reaction.removed">): Place {
  const { emoji } = event;
  if (!emoji) return place; // redacted: the message was deleted later on
  const change = event.type === "reaction.added" ? addReaction : removeReaction;
  return withMessage(place, event.number, (message) => {
    const reactions = change(message.reactions ?? [], emoji, event.by);
    return compact({ ...message, reactions: reactions.length > 0 ? reactions : undefined });
  });
}

export function addReaction(reactions: Reaction[], emoji: string, user: string): Reaction[] {
  const at = reactions.findIndex((each) => each.emoji === emoji);
  if (at < 0) return [...reactions, { emoji, users: [user] }];
  return reactions.map((each, index) =>
    index === at && !each.users.includes(user) ? { ...each, users: [...each.users, user] } : each,
  );
}

export function removeReaction(reactions: Reaction[], emoji: string, user: string): Reaction[] {
  return reactions
    .map((each) => (each.emoji === emoji ? { ...each, users: each.users.filter((one) => one !== user) } : each))
    .filter((each) => each.users.length > 0);
}

// --- polls ---------------------------------------------------------------------------------------------------------

function vote(place: Place, event: EventOf<"poll.voted" | "poll.counted" | "poll.closed">): Place {
  if (event.type !== "poll.closed" && event.redacted) return place; // the message was deleted later on
  return withMessage(place, event.number, (message) => {
    const poll = withVote(message.poll ?? {}, event);
    return compact({ ...message, poll: Object.keys(poll).length > 0 ? poll : undefined });
  });
}

function withVote(poll: PollState, event: EventOf<"poll.voted" | "poll.counted" | "poll.closed">): PollState {
  switch (event.type) {
    case "poll.voted": {
      const ballots = withBallot(poll.ballots ?? [], { user: event.by, options: event.options ?? [] });
      return compact({ ...poll, ballots: ballots.length > 0 ? ballots : undefined });
    }
    case "poll.counted":
      return compact({ ...poll, voters: event.voters || undefined, votes: event.voters ? event.votes : undefined });
    case "poll.closed":
      return { ...poll, closed_at: event.at };
  }
}

/** Who votes otherwise keeps their place; who votes for nothing has none. */
export function withBallot(ballots: Ballot[], ballot: Ballot): Ballot[] {
  if (ballot.options.length === 0) return ballots.filter(({ user }) => user !== ballot.user);
  if (!ballots.some(({ user }) => user === ballot.user)) return [...ballots, ballot];
  return ballots.map((each) => (each.user === ballot.user ? ballot : each));
}

function answerPoll(state: ClientState, { channel, number, options }: EventOf<"poll.answered">): ClientState {
  const others = (state.answers ?? []).filter((each) => each.channel !== channel || each.number !== number);
  return { ...state, answers: [...others, compact({ channel, number, options })].slice(-ANSWERS_KEPT) };
}

// --- what was put aside --------------------------------------------------------------------------------------------

function withPins(place: Place, change: (pins: number[]) => number[]): Place {
  const { room } = place;
  if (!room) return place;
  const pins = change(room.pins ?? []);
  return { ...place, room: compact({ ...room, pins: pins.length > 0 ? pins : undefined }) };
}

function withSaved(state: ClientState, channel: string, change: (numbers: number[]) => number[]): ClientState {
  const { [channel]: numbers = [], ...others } = state.saved ?? {};
  const now = change(numbers);
  const saved = now.length > 0 ? { ...others, [channel]: now } : others;
  return compact({ ...state, saved: Object.keys(saved).length > 0 ? saved : undefined });
}

function lastOf(event: Message): LastMessage {
  const { number, author, at } = event;
  return compact({
    number,
    author,
    at,
    text: cut(event.text ?? "", LAST_TEXT) || undefined,
    kind: event.parts?.[0]?.kind,
    deleted: event.deleted || undefined,
  });
}

function withMessage(place: Place, number: number, change: (message: Message) => Message): Place {
  return withAnyMessage(place, number, (message) => (message.deleted ? message : change(message)));
}

/** The same with tombstones, wherever the message is shown. */
function withAnyMessage(place: Place, number: number, change: (message: Message) => Message): Place {
  const { room, thread } = place;
  const lines = room && changed(room.lines, number, change);
  const inRoom = room && lines !== room.lines ? { ...place, room: { ...room, lines: lines ?? [] } } : place;
  if (!thread) return inRoom;
  const [root] = changed([thread.root], number, change);
  const replies = changed(thread.lines, number, change);
  if (root === thread.root && replies === thread.lines) return inRoom;
  return { ...inRoom, thread: { ...thread, root: root ?? thread.root, lines: replies } };
}

/** The lines with one message changed; the same where that is not among them. */
function changed<T extends Line>(lines: T[], number: number, change: (message: Message) => Message): T[] {
  const at = lines.findIndex((line) => line.type === "message.posted" && line.number === number);
  const line = lines[at];
  if (line?.type !== "message.posted") return lines;
  const after = change(line) as T;
  return after === (line as Line) ? lines : lines.with(at, after);
}

/** What the message `root` says of its thread, tombstone or not. */
function withReplies(place: Place, root: number, change: (before?: Replies) => Replies | undefined): Place {
  return withAnyMessage(place, root, (message) => compact({ ...message, replies: change(message.replies) }));
}

function withLast(place: Place, number: number, change: (last: LastMessage) => LastMessage): Place {
  const { last } = place.summary;
  if (last?.number !== number || last.deleted) return place;
  return withSummary(place, { last: change(last) });
}

function addLine(place: Place, line: Line): Place {
  const { room } = place;
  // A window that ends before the newest line stays as it is: what is new belongs behind what it does not hold.
  if (!room || room.newer) return place;
  return { ...place, room: { ...room, lines: [...room.lines, line] } };
}

// --- unread ------------------------------------------------------------------------------------------------------

function above(numbers: readonly number[] | undefined, position: number): number[] | undefined {
  const left = (numbers ?? []).filter((number) => number > position);
  return left.length > 0 ? left : undefined;
}

function withoutUnread(before: Place, number: number): Place {
  const place = withMentioned(before, number, false);
  const unread = place.summary.unread ?? [];
  if (!unread.includes(number)) return place;
  const left = unread.filter((each) => each !== number);
  // A full list may have been cut: which older one moves up, only the server knows.
  const next = withSummary(place, { unread: left.length > 0 ? left : undefined });
  return { ...next, stale: place.stale || unread.length >= UNREAD_KEPT };
}

function setPosition(state: ClientState, event: EventOf<"position.set">): ClientState {
  const summary = state.channels.find((each) => each.id === event.channel);
  if (!summary || event.channel_seq < summary.position_seq) return state;
  const place: Place = {
    summary,
    room: state.room?.channel.id === event.channel ? state.room : undefined,
    stale: event.number < summary.position,
  };
  const moved = withSummary(place, {
    position: event.number,
    position_seq: event.channel_seq,
    unread: above(summary.unread, event.number),
    mentioned: above(summary.mentioned, event.number),
  });
  const next = withPlace(state, moved);
  return moved.stale ? markStale(next, channelStream(event.channel)) : next;
}

// --- followed threads ----------------------------------------------------------------------------------------------

function isThread(follow: FollowedThread, { channel, number }: { channel: string; number: number }): boolean {
  return follow.channel === channel && follow.number === number;
}

function withThreads(state: ClientState, change: (threads: FollowedThread[]) => FollowedThread[]): ClientState {
  const threads = change(state.threads ?? []);
  return { ...state, threads: threads.length > 0 ? threads : undefined };
}

function followThread(state: ClientState, event: EventOf<"thread.followed">): ClientState {
  const { channel, number, channel_seq, position, unread } = event;
  const follow = compact({ channel, number, since: channel_seq, position, position_seq: channel_seq, unread });
  const next = withThreads(state, (threads) => [...threads.filter((each) => !isThread(each, event)), follow]);
  // Replies that came meanwhile were not counted, as the thread was not followed yet.
  const later = (findSummary(state, channel)?.seq ?? 0) > channel_seq;
  return later ? markStale(next, channelStream(channel)) : next;
}

function readThread(state: ClientState, event: EventOf<"thread.read">): ClientState {
  const { position, channel_seq } = event;
  const follow = state.threads?.find((each) => isThread(each, event));
  if (!follow || channel_seq < follow.position_seq) return state;
  const read = compact({ ...follow, position, position_seq: channel_seq, unread: above(follow.unread, position) });
  const next = withThreads(state, (threads) => threads.map((each) => (each === follow ? read : each)));
  return position < follow.position ? markStale(next, channelStream(event.channel)) : next;
}

/** Replies that came or went, as those who follow their thread count them. */
function applyToThreads(state: ClientState, event: ChannelEvent): ClientState {
  if ((event.type !== "message.posted" && event.type !== "message.deleted") || !event.thread) return state;
  const follow = state.threads?.find((each) => isThread(each, { channel: event.channel, number: event.thread ?? 0 }));
  if (!follow || event.seq <= follow.since) return state;
  const after = event.type === "message.posted" ? withReply(follow, event, state.user.id) : withoutReply(follow, event);
  return withThreads(state, (threads) => threads.map((each) => (each === follow ? after : each)));
}

function withReply(follow: FollowedThread, event: Message, me: string): FollowedThread {
  const { number, seq, author } = event;
  if (author !== me) {
    if (number <= follow.position) return follow;
    return { ...follow, unread: [...(follow.unread ?? []), number].slice(-UNREAD_KEPT) };
  }
  if (seq <= follow.position_seq) return follow;
  return compact({ ...follow, position: number, position_seq: seq, unread: above(follow.unread, number) });
}

function withoutReply(follow: FollowedThread, { number }: { number: number }): FollowedThread {
  const left = (follow.unread ?? []).filter((each) => each !== number);
  return compact({ ...follow, unread: left.length > 0 ? left : undefined });
}

/** A full list of unread replies that loses one: which older one moves up, only the server knows. */
function cutsUnread(state: ClientState, event: ChannelEvent): boolean {
  if (event.type !== "message.deleted" || !event.thread) return false;
  const { channel, thread, number } = event;
  const unread = state.threads?.find((each) => isThread(each, { channel, number: thread }))?.unread ?? [];
  return unread.length >= UNREAD_KEPT && unread.includes(number);
}

// --- members -----------------------------------------------------------------------------------------------------

function join(place: Place, user: UserView): Place {
  const counted = withSummary(place, { members: place.summary.members + 1 });
  const { room } = counted;
  const known = room?.members ?? [];
  const complete = known.length === place.summary.members && known.length < MEMBERS_KEPT;
  if (!room || !complete) return counted;
  return { ...counted, room: { ...room, members: [...known, user] } };
}

function leave(place: Place, user: UserView): Place {
  const counted = withSummary(place, { members: place.summary.members - 1 });
  const { room } = counted;
  const known = room?.members ?? [];
  if (!room || !known.some((each) => each.id === user.id)) return counted;
  const left = known.filter((each) => each.id !== user.id);
  const cutBefore = known.length < place.summary.members;
  const next: Room = compact({ ...room, members: left.length > 0 ? left : undefined });
  return { ...counted, room: next, stale: counted.stale || cutBefore };
}

/** Who is in a conversation now, and its name where that is made of theirs. */
function withPeople(place: Place, me: string, change: (people: UserView[]) => UserView[]): Place {
  const { kind, people = [], unnamed, name } = place.summary;
  if (!kind) return place;
  const now = change(people);
  return withSummary(place, {
    people: now.length > 0 ? now : undefined,
    name: unnamed ? shownName(now, me) : name,
  });
}

/** How a conversation without a name is called before `me`. */
export function shownName(people: readonly UserView[], me: string): string {
  const others = people.filter(({ id }) => id !== me);
  return (others.length > 0 ? others : people).map(({ name }) => name).join(", ");
}

function changeMembership(state: ClientState, event: EventOf<"membership.changed">): ClientState {
  const summary = state.channels.find((each) => each.id === event.channel);
  if (!summary) return state;
  const room = state.room?.channel.id === event.channel ? state.room : undefined;
  const { muted, pinned, hidden_below } = event;
  return withPlace(state, withSummary({ summary, room, stale: false }, { muted, pinned, hidden_below }));
}

function startMembership(state: ClientState, event: EventOf<"membership.started">): ClientState {
  const { channel } = event;
  const others = state.channels.filter((each) => each.id !== channel.id);
  const next: ClientState = { ...state, channels: [...others, channel] };
  const { room } = state;
  if (room?.channel.id !== channel.id) return next;
  // The room was only looked at until now, without its events: what happened meanwhile is not in its window.
  const missed = room.channel.seq < channel.seq;
  const entered: ClientState = { ...next, room: { ...room, channel, member: true } };
  return missed ? markStale(entered, channelStream(channel.id)) : entered;
}

function endMembership(state: ClientState, event: EventOf<"membership.ended">): ClientState {
  const left: ClientState = { ...state, channels: state.channels.filter((each) => each.id !== event.channel) };
  const next = withThreads(left, (threads) => threads.filter((each) => each.channel !== event.channel));
  const { room } = state;
  if (room?.channel.id !== event.channel) return next;
  return markStale({ ...next, room: { ...room, member: false } }, channelStream(event.channel));
}

// --- people ------------------------------------------------------------------------------------------------------

function peopleOf(event: ChannelEvent): UserView[] {
  return event.type === "member.joined" || event.type === "member.left" ? [event.user] : [];
}

export function withUsers(state: ClientState, people: UserView[]): ClientState {
  const known = state.users ?? [];
  const fresh = people.filter((each) => !known.some((one) => one.id === each.id));
  return fresh.length > 0 ? { ...state, users: [...known, ...fresh] } : state;
}

/** Ids the state refers to and has no name for, to be asked for at /api/users. */
export function unknownUsers(state: Snapshot): string[] {
  const known = new Set([state.user.id, ...(state.users ?? []).map((user) => user.id)]);
  const named = new Set<string>();
  for (const channel of state.channels) if (channel.last) named.add(channel.last.author);
  const { thread } = state;
  for (const line of [...(state.room?.lines ?? []), ...(thread ? [thread.root, ...thread.lines] : [])]) {
    if (line.type === "message.posted") {
      named.add(line.author);
      for (const user of line.replies?.people ?? []) named.add(user);
      for (const reaction of line.reactions ?? []) for (const user of reaction.users) named.add(user);
      for (const { user } of line.poll?.ballots ?? []) named.add(user);
      for (const { user } of line.mentions ?? []) if (user) named.add(user);
    } else {
      named.add(line.by);
    }
  }
  return [...named].filter((id) => !known.has(id));
}

// --- small things ------------------------------------------------------------------------------------------------

function withSummary(place: Place, changes: Partial<Record<keyof ChannelSummary, unknown>>): Place {
  return { ...place, summary: compact({ ...place.summary, ...changes } as ChannelSummary) };
}

/** The same object without the fields that are undefined. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
