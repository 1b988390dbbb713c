/**
 * Rooms one has left or is about to enter: their newest lines, to be shown at once.
 *
 * Invariants:
 * 1. Bounded in rooms and in lines; what was used longest ago goes first.
 * 2. A room is kept as it was at its channel's seq (`room.channel.seq`); what came later is for the reader to add.
 */

import type { Room, UserView } from "./protocol.gen.ts";

/** Some 15 MB at most, with lines as long as people's are. */
export const ROOMS_KEPT = 120;
export const ROOM_LINES_KEPT = 60;

export interface KeptRoom {
  room: Room;
  /** Those whom its lines name. */
  users: readonly UserView[];
}

export class RoomCache {
  readonly #rooms = new Map<string, KeptRoom>();

  /** Keeps the newest lines of `room`. A window that does not reach them is not kept: it is not where one comes back to. */
  put(room: Room, users: readonly UserView[]): void {
    if (room.newer) return;
    const { id } = room.channel;
    const cut = room.lines.length > ROOM_LINES_KEPT;
    const kept = cut ? { ...room, lines: room.lines.slice(-ROOM_LINES_KEPT), older: true } : room;
    this.#rooms.delete(id);
    this.#rooms.set(id, { room: kept, users: users.filter(namedIn(kept)) });
    if (this.#rooms.size <= ROOMS_KEPT) return;
    const [oldest] = this.#rooms.keys();
    if (oldest) this.#rooms.delete(oldest);
  }

  get(channel: string): KeptRoom | undefined {
    const found = this.#rooms.get(channel);
    if (!found) return undefined;
    this.#rooms.delete(channel);
    this.#rooms.set(channel, found);
    return found;
  }

  has(channel: string): boolean {
    return this.#rooms.has(channel);
  }

  drop(channel: string): void {
    this.#rooms.delete(channel);
  }

  clear(): void {
    this.#rooms.clear();
  }
}

function namedIn(room: Room): (user: UserView) => boolean {
  const named = new Set<string>();
  for (const line of room.lines) {
    if (line.type !== "message.posted") named.add(line.by);
    else {
      named.add(line.author);
      for (const reaction of line.reactions ?? []) for (const user of reaction.users) named.add(user);
      for (const { user } of line.poll?.ballots ?? []) named.add(user);
    }
  }
  return ({ id }) => named.has(id);
}
