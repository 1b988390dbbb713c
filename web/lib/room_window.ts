/** The window of lines a room shows: loading more at either end, within a bound. */

import { callApi, codeOf } from "./api_client.ts";
import { type ClientState, withUsers } from "./apply_event.ts";
import type { Line, Room, RoomView, Snapshot, UserView } from "./protocol.gen.ts";

/** A room's window never grows beyond this many lines; the far end is dropped and can be loaded again. Of these only
 * those about the view are drawn (`room_slice.ts`). */
export const LINES_KEPT = 600;
/** Half of what an end may be ahead of the view: the next page is asked for while the last one is drawn. */
const PAGE = 100;
/** Older lines that did not come are asked for again after a while, and a while longer each time. */
const AGAIN_MS = 1_000;
const AGAIN_MOST_MS = 15_000;

/** The state the window is part of. */
export interface WindowHost {
  /** The state now, with everything heard so far in it. */
  settled(): ClientState | undefined;
  show(state: ClientState): void;
  /** Shows a fresh snapshot, brought up to date. */
  take(snapshot: Snapshot): void;
  /** Shows a fresh window of the open room, brought up to date; false when only a whole snapshot will do. */
  enter(view: RoomView): boolean;
}

interface Page {
  messages: Line[];
  older?: boolean;
  newer?: boolean;
  users?: UserView[];
}

interface Joined {
  lines: Line[];
  older?: boolean;
  newer?: boolean;
  users?: UserView[];
  end?: boolean;
}

export class RoomWindow {
  readonly #host: WindowHost;
  #loading = false;
  /** Counts the jumps: of two the later one counts, whichever is answered first. */
  #jumps = 0;
  #kept: number | undefined;
  #pause = AGAIN_MS;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(host: WindowHost) {
    this.#host = host;
  }

  /** Loads what stands before the window; the promise is false when there was nothing to do. */
  async loadOlder(): Promise<boolean> {
    const state = this.#host.settled();
    // They did not come a moment ago, and are asked for again soon.
    if (this.#again !== undefined && state?.olderTrouble?.channel === state?.room?.channel.id) return false;
    try {
      const loaded = await this.#load(
        (room) => (room.older ? `before=${room.lines[0]?.seq ?? 0}` : undefined),
        (lines, more) => ({ older: more.older, lines: [...more.messages, ...lines], users: more.users }),
      );
      if (loaded) this.#pause = AGAIN_MS;
      return loaded;
    } catch (error) {
      this.#wait(codeOf(error), state?.room?.channel.id);
      throw error;
    }
  }

  /** Older lines do not come (their archive may be away): says so, and asks again later. */
  #wait(code: string, channel: string | undefined): void {
    const state = this.#host.settled();
    if (!state?.room || state.room.channel.id !== channel) return;
    this.#host.show({ ...state, olderTrouble: { channel: state.room.channel.id, code } });
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.loadOlder().catch(() => undefined);
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, AGAIN_MOST_MS);
  }

  /** Loads what stands behind the window; when that reaches the newest line, the room is live again. */
  async loadNewer(): Promise<boolean> {
    return this.#load(
      (room) => (room.newer ? `after=${room.lines.at(-1)?.seq ?? 0}` : undefined),
      (lines, more) => ({ newer: true, lines: [...lines, ...more.messages], users: more.users, end: !more.newer }),
    );
  }

  /** Leaves the window and shows the newest lines. */
  async showNewest(): Promise<void> {
    await this.#showAt("");
  }

  /** Leaves the window and shows what stands around a message. Raises `Refusal` (`no_such_message` and others). */
  async showAround(number: number): Promise<void> {
    await this.#showAt(`around=${number}`);
  }

  /** The number of the first message on a day of the reader's, or after it; undefined when there is none. */
  async findDay(day: string, zone: string): Promise<number | undefined> {
    const room = this.#host.settled()?.room;
    if (!room) return undefined;
    const query = new URLSearchParams({ zone });
    return (await callApi<{ number?: number }>("GET", `/api/channels/${room.channel.id}/days/${day}?${query}`)).number;
  }

  /** The reader looks at the lines from this seq on; undefined: at the newest. These are not let go of. */
  keep(from: number | undefined): void {
    this.#kept = from;
  }

  /** A room that is left open for days does not grow without end. */
  trimmed(state: ClientState): ClientState {
    const { room } = state;
    if (!room || room.newer || room.lines.length <= LINES_KEPT) return state;
    const cut = room.lines.length - LINES_KEPT / 2;
    // Whoever reads further up keeps what they read; what comes is loaded when they come down to it.
    if (this.#kept !== undefined && this.#kept < (room.lines[cut]?.seq ?? 0))
      return { ...state, room: { ...room, lines: room.lines.slice(0, LINES_KEPT), newer: true } };
    return { ...state, room: { ...room, lines: room.lines.slice(cut), older: true } };
  }

  async #showAt(place: string): Promise<void> {
    const room = this.#host.settled()?.room;
    if (!room) return;
    const { id } = room.channel;
    const jump = ++this.#jumps;
    const isNext = () => jump === this.#jumps && this.#host.settled()?.room?.channel.id === id;
    const view = await callApi<RoomView>("GET", `/api/channels/${id}/room?${place}`);
    if (!isNext() || this.#host.enter(view)) return;
    const snapshot = await callApi<Snapshot>("GET", `/api/snapshot?channel=${id}&${place}`);
    if (isNext()) this.#host.take(snapshot);
  }

  async #load(
    where: (room: Room) => string | undefined,
    join: (lines: Line[], page: Page) => Joined,
  ): Promise<boolean> {
    const room = this.#host.settled()?.room;
    const place = room && where(room);
    if (!room || !place || this.#loading) return false;
    this.#loading = true;
    try {
      const page = await callApi<Page>("GET", `/api/channels/${room.channel.id}/messages?${place}&limit=${PAGE}`);
      const state = this.#host.settled();
      // Meanwhile another window may have taken this one's place: what was asked for does not lie at its edge.
      if (state?.room?.channel.id !== room.channel.id || where(state.room) !== place) return false;
      const joined = join(state.room.lines, page);
      if (joined.end) await this.#reachNewest(joined.lines);
      else this.#host.show(withWindow(state, joined));
      return true;
    } finally {
      this.#loading = false;
    }
  }

  /**
   * The window has come to the newest lines. A fresh window takes over its end, so that from its seq on the
   * events do the rest; no line between the two can be missing where they overlap.
   */
  async #reachNewest(lines: Line[]): Promise<void> {
    const before = this.#host.settled()?.room;
    const channel = before?.channel.id;
    const view = await callApi<RoomView>("GET", `/api/channels/${channel}/room`);
    const now = this.#host.settled()?.room;
    if (!now || now.channel.id !== channel) return;
    if (now.lines.at(-1)?.seq !== before?.lines.at(-1)?.seq) return; // it is another window by now
    const first = view.room.lines[0]?.seq ?? 0;
    const earlier = lines.filter((line) => line.seq < first);
    const overlaps = lines.some((line) => line.seq >= first);
    const room = overlaps ? { ...view.room, lines: [...earlier, ...view.room.lines], older: now.older } : view.room;
    // One has joined or left meanwhile: the next events say so, and bring a snapshot.
    this.#host.enter({ ...view, room });
  }
}

function withWindow(state: ClientState, { lines, older, newer, users }: Joined): ClientState {
  if (!state.room) return state;
  // Loading backwards drops the newest end and the other way round, so that a window has a bound.
  const backwards = newer === undefined;
  const kept = backwards ? lines.slice(0, LINES_KEPT) : lines.slice(-LINES_KEPT);
  const dropped = lines.length > kept.length;
  const room = {
    ...state.room,
    lines: kept,
    older: backwards ? older : state.room.older || dropped,
    newer: backwards ? state.room.newer || dropped : newer,
  };
  return withUsers({ ...state, room, ...(backwards && { olderTrouble: undefined }) }, users ?? []);
}

/** Where a fresh window has to lie: around the middle of the one that is shown, unless that is at the end. */
export function placeOf(room: Room): string {
  if (!room.newer) return "";
  const messages = room.lines.filter((line) => line.type === "message.posted");
  const middle = messages[messages.length >> 1];
  return middle ? `&around=${middle.number}` : "";
}
