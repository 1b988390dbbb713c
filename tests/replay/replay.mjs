/* Applies a server's events to an earlier snapshot with the pages' own reducer, and compares with a later snapshot.

   Standard input: one JSON object a line, {before, steps: [{events, after, excused}]}; `events` are those since the step
   before. Standard output: one line for each, {differences: [...]}, empty when every step agrees.

   `excused` maps a channel to what may legitimately be stale of it: "unread" (its unread list), "room" (its lines and
   members). A channel the reducer calls stale without being excused is a difference. */

import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";

import { applyEvents, unknownUsers } from "../../web/lib/apply_event.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { before, steps } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ differences: replay(before, steps) })}\n`);
}

function replay(before, steps) {
  const untouched = structuredClone(before);
  const differences = [];
  let state = before;
  for (const [index, { events, after, excused }] of steps.entries()) {
    state = applyEvents(state, events);
    const again = applyEvents(state, events);
    differences.push(
      ...compareStates(state, after, excused).map((difference) => `step ${index}: ${difference}`),
      ...compare(`step ${index}: repeated events`, again, state),
    );
  }
  return [...differences, ...compare("the state that was given", before, untouched)];
}

function compareStates(state, fresh, excused) {
  return [
    ...compare("seq", state.seq, fresh.seq),
    ...compare("user", state.user, fresh.user),
    ...compare("saved", state.saved, fresh.saved),
    ...compare("answers", state.answers, fresh.answers),
    ...compare("notifications", state.notifications, fresh.notifications),
    ...compareStale(state, excused),
    ...compareChannels(state.channels, fresh.channels, excused),
    ...compareRooms(state.room, fresh.room, excused),
    ...compareThreads(state, fresh, excused),
    ...compareUsers(state, fresh),
  ];
}

function compareStale(state, excused) {
  return (state.stale ?? [])
    .filter((stream) => !(stream.replace("channel:", "") in excused))
    .map((stream) => `${stream} is stale without need`);
}

function compareChannels(ours, theirs, excused) {
  const ids = new Set([...ours, ...theirs].map(({ id }) => id));
  return [...ids].flatMap((id) => compareSummaries(`channel ${id}`, find(ours, id), find(theirs, id), excused[id]));
}

function compareSummaries(name, ours, theirs, excuses = []) {
  return excuses.includes("unread")
    ? compare(name, without(ours, "unread", "mentioned"), without(theirs, "unread", "mentioned"))
    : compare(name, ours, theirs);
}

function compareRooms(ours, theirs, excused) {
  const excuses = excused[(theirs ?? ours)?.channel.id] ?? [];
  if (excuses.includes("room")) return [];
  if (!ours || !theirs) return compare("room", ours, theirs);
  const cut = ours.lines.length - theirs.lines.length;
  return [
    ...compareSummaries("room.channel", ours.channel, theirs.channel, excuses),
    ...compare("room.lines", ours.lines.slice(Math.max(cut, 0)), theirs.lines),
    ...compare("room.older", Boolean(ours.older || cut > 0), Boolean(theirs.older)),
    ...compare("room.newer", ours.newer, theirs.newer),
    ...compare("room.member", ours.member, theirs.member),
    ...compare("room.members", ours.members, theirs.members),
    ...compare("room.pins", ours.pins, theirs.pins),
  ];
}

function compareThreads(ours, theirs, excused) {
  const excuses = Object.values(excused).flat();
  const followed = excuses.includes("threads") ? [] : compare("threads", ours.threads, theirs.threads);
  if (excuses.includes("room") || !ours.thread || !theirs.thread) return followed;
  const cut = ours.thread.lines.length - theirs.thread.lines.length;
  return [
    ...followed,
    ...compare("thread.root", ours.thread.root, theirs.thread.root),
    ...compare("thread.lines", ours.thread.lines.slice(Math.max(cut, 0)), theirs.thread.lines),
    ...compare("thread.older", Boolean(ours.thread.older || cut > 0), Boolean(theirs.thread.older)),
  ];
}

/* A fresh fetch names whom it refers to. The state may know more people, and asks for those it has no name for. */
function compareUsers(state, fresh) {
  const asked = new Set([state.user.id, ...unknownUsers(state)]);
  return (fresh.users ?? []).flatMap((user) =>
    asked.has(user.id) ? [] : compare(`users ${user.id}`, find(state.users ?? [], user.id), user),
  );
}

function compare(name, ours, theirs) {
  if (isDeepStrictEqual(plain(ours), plain(theirs))) return [];
  return [`${name}: applied ${JSON.stringify(ours)}, fresh ${JSON.stringify(theirs)}`];
}

/* As JSON has it: absent and undefined are the same. */
function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function find(list, id) {
  return list.find((each) => each.id === id);
}

function without(value, ...fields) {
  return value && Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));
}
