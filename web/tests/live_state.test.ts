import { afterEach, expect, test, vi } from "vitest";

import type { ClientState } from "@/lib/apply_event";
import { LiveState } from "@/lib/live_state";
import type { Room, Snapshot, UserView } from "@/lib/protocol.gen.ts";

import { ANN, BOB, DEN, HALL, message, room, snapshot, summary } from "./make";

interface Server {
  /** By path; what is not there is a 404. */
  answers: Record<string, () => unknown>;
  asked: string[];
}

function serve(answers: Server["answers"]): Server {
  const server: Server = { answers, asked: [] };
  vi.stubGlobal("fetch", async (path: string) => {
    server.asked.push(path);
    const answer = server.answers[path];
    return answer ? Response.json(answer()) : Response.json({ code: "no_such_channel" }, { status: 404 });
  });
  return server;
}

function open(start: Snapshot) {
  const states: ClientState[] = [];
  const live = new LiveState({ onState: (state) => states.push(state), onLoggedOut: () => undefined });
  live.take(start);
  return { live, now: () => states.at(-1) };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

const den = (changes: Partial<Room> = {}) =>
  room({ channel: summary({ id: DEN, name: "den" }), lines: [message(2, { channel: DEN })], ...changes });
const both = (changes: Partial<Snapshot> = {}) =>
  snapshot({ channels: [summary(), summary({ id: DEN, name: "den" })], ...changes });
const users: UserView[] = [{ id: ANN, name: "ann" }];

afterEach(() => vi.unstubAllGlobals());

test("a room is fetched alone, and shown with the list that is known", async () => {
  const server = serve({ [`/api/channels/${DEN}/room`]: () => ({ epoch: "e", room: den(), users }) });
  const { live } = open(both());
  await live.prepare(DEN);
  expect(live.remembered(DEN)?.room?.lines).toEqual([message(2, { channel: DEN })]);
  expect(live.remembered(DEN)?.channels).toHaveLength(2);
  await live.prepare(DEN);
  expect(server.asked).toEqual([`/api/channels/${DEN}/room`]);
});

test("a room the list does not know of comes with another list, so that there is always something to show", async () => {
  serve({
    [`/api/channels/${DEN}/room`]: () => ({ epoch: "e", room: den(), users }),
    [`/api/snapshot?channel=${DEN}`]: () => both({ room: den() }),
  });
  const { live } = open(snapshot());
  await live.prepare(DEN);
  expect(live.remembered(DEN)?.room?.channel.id).toBe(DEN);
  expect(live.remembered(DEN)?.channels).toHaveLength(2);
});

test("of two places that are fetched the one answered late does not take the other's room", async () => {
  const window = (number: number) => ({ epoch: "e", room: den({ lines: [message(number, { channel: DEN })] }), users });
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (release = resolve));
  serve({});
  vi.stubGlobal("fetch", async (path: string) => {
    if (path.endsWith("=40")) await slow;
    return Response.json(window(path.endsWith("=40") ? 40 : 80));
  });
  const { live } = open(both());
  const late = live.prepare(DEN, 40);
  await live.prepare(DEN, 80);
  release();
  await late;
  expect(live.remembered(DEN, 80)?.room?.lines[0]).toMatchObject({ number: 80 });
});

test("a snapshot from before one that was shown is behind, though nothing was heard between them", async () => {
  const newest = () => snapshot({ channels: [summary({ seq: 9 })], room: room({ channel: summary({ seq: 9 }) }) });
  const server = serve({ [`/api/snapshot?channel=${HALL}`]: newest });
  const { live, now } = open(newest());
  live.take(snapshot());
  expect(now()?.stale).toEqual([`channel:${HALL}`]);
  await settled();
  expect(now()?.stale).toBeUndefined();
  expect(now()?.channels[0]?.seq).toBe(9);
  expect(server.asked).toEqual([`/api/snapshot?channel=${HALL}`]);
});

test("somebody whose name was asked for keeps it when a snapshot comes without it", async () => {
  const server = serve({ [`/api/users?ids=${BOB}`]: () => ({ users: [{ id: BOB, name: "bob" }] }) });
  const { live, now } = open(snapshot());
  live.hear(message(3, { author: BOB }));
  await settled();
  expect(now()?.users).toContainEqual({ id: BOB, name: "bob" });
  live.take(snapshot({ room: room({ lines: [message(2, { author: BOB })] }), channels: [summary()] }));
  await settled();
  expect(now()?.users).toContainEqual({ id: BOB, name: "bob" });
  expect(server.asked).toHaveLength(1);
});

test("a name nobody has is asked for once", async () => {
  const server = serve({ [`/api/users?ids=${BOB}`]: () => ({ users: [] }) });
  const { live } = open(snapshot());
  for (const number of [3, 4]) {
    live.hear(message(number, { author: BOB }));
    await settled();
  }
  expect(server.asked).toHaveLength(1);
});
