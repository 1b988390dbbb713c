/**
 * The state a page shows, kept alive: a snapshot, the events heard since, and fresh snapshots where these do not do.
 *
 * Invariants:
 * 1. The state is always some snapshot the server gave, plus every event heard since that it did not hold.
 * 2. While anything is stale a snapshot is on its way, or a pause before the next try; never two at once.
 * 3. A room that is shown from the cache is as fresh as the events heard make it; where these do not reach back far
 *    enough, or are not heard (one is no member), it is stale.
 */

import { callApi, codeOf } from "./api_client.ts";
import {
  applyEvents,
  channelStream,
  type ClientState,
  markStale,
  positionsOf,
  unknownUsers,
  userStream,
  withUsers,
} from "./apply_event.ts";
import type { Position } from "./carrier.ts";
import { Heard } from "./heard.ts";
import type { AnyEvent, RoomView, Snapshot, UserView } from "./protocol.gen.ts";
import { type KeptRoom, RoomCache } from "./room_cache.ts";
import { placeOf, RoomWindow } from "./room_window.ts";
import { holdsNumber } from "./room_slice.ts";
import { sameAsBefore } from "./sharing.ts";
import { ThreadWindow } from "./thread_window.ts";

export interface LiveStateListener {
  /** The state is another; `gone` when the open room turned out not to be ours to see any more. */
  onState(state: ClientState, gone?: boolean): void;
  /** The server does not know us any more. */
  onLoggedOut(): void;
}

const RESYNC_PAUSE_MS = 2_000;
const USERS_AT_ONCE = 50;
/** Windows around messages that were fetched ahead and may still be opened. */
const ARRIVALS_KEPT = 4;

export class LiveState {
  readonly #listener: LiveStateListener;
  #state: ClientState | undefined;
  readonly #heard = new Heard();
  #queue: AnyEvent[] = [];
  #flushing = false;
  #resyncing = false;
  /** Whose names are being asked for, and those whom the server does not know. */
  readonly #asked = new Set<string>();
  readonly #rooms = new RoomCache();
  /** Rooms that are being fetched, to be shown soon. */
  readonly #coming = new Map<string, Promise<void>>();
  /** What was fetched to be shown next and is in no cache, by its place: windows around a message, and whole snapshots. */
  readonly #arrivals = new Map<string, KeptRoom | Snapshot>();
  /** The window of lines of the open room. */
  readonly window: RoomWindow;
  /** The thread beside it. */
  readonly thread: ThreadWindow;

  constructor(listener: LiveStateListener) {
    this.#listener = listener;
    this.window = new RoomWindow({
      settled: () => this.settled(),
      show: (state) => this.#show(state),
      take: (snapshot) => this.take(snapshot),
      enter: (view) => this.#enter(view),
    });
    this.thread = new ThreadWindow({
      settled: () => this.settled(),
      fold: (snapshot) => this.#heard.fold(snapshot),
      show: (state) => {
        this.#show(state);
        this.#follow();
      },
      take: (snapshot) => this.take(snapshot),
    });
  }

  /** The state now, with everything heard so far in it. */
  settled(): ClientState | undefined {
    this.#flush();
    return this.#state;
  }

  /** Where to resume from. */
  position(): Position {
    const state = this.settled();
    return state ? { streams: positionsOf(state), epoch: state.epoch } : { streams: {} };
  }

  /** Goes on from a snapshot, brought up to date. */
  take(snapshot: Snapshot): void {
    this.#flush();
    this.#showFresh(this.#heard.fold(snapshot));
    this.#follow();
  }

  /** Shows a window of a room that was fetched just now; false when only a whole snapshot will do. */
  #enter(view: RoomView): boolean {
    this.#flush();
    if (!this.#state || view.epoch !== this.#state.epoch) return false;
    const next = this.#withRoom(this.#state, { room: view.room, users: view.users ?? [] }, true);
    if (!next) return false;
    this.#showFresh(next);
    this.#follow();
    return true;
  }

  #showFresh(state: ClientState): void {
    this.#heard.saw(state);
    this.#show(this.#named(sameAsBefore(state, this.#state)));
  }

  /** A snapshot names whom it refers to; whom events have brought in since, the state before may know. */
  #named(state: ClientState): ClientState {
    const missing = new Set(unknownUsers(state));
    return withUsers(
      state,
      (this.#state?.users ?? []).filter(({ id }) => missing.has(id)),
    );
  }

  /**
   * The state with another room open, at once: one that was there before, or was fetched ahead. Undefined when it has
   * to be fetched first. Changes nothing: whoever shows it gives it to `take`.
   */
  remembered(channel: string, number?: number): ClientState | undefined {
    const state = this.#state;
    if (!state) return undefined;
    const arrival = this.#arrived(state, channel, number);
    if (number !== undefined && arrival) return arrival;
    const open = state.room?.channel.id === channel ? state.room : undefined;
    if (open && (number === undefined ? !open.newer : holdsNumber(open.lines, number))) return state;
    const kept = this.#rooms.get(channel);
    const fits = kept && (number === undefined || holdsNumber(kept.room.lines, number));
    return (fits && this.#withRoom(state, kept)) || arrival;
  }

  #arrived(state: ClientState, channel: string, number: number | undefined): ClientState | undefined {
    const arrival = this.#arrivals.get(placeName(channel, number));
    if (!arrival) return undefined;
    return "epoch" in arrival ? this.#heard.fold(arrival) : this.#withRoom(state, arrival);
  }

  /** The state with this room open, brought up to date; undefined where one has joined or left it meanwhile. */
  #withRoom(state: ClientState, { room: kept, users }: KeptRoom, fresh = false): ClientState | undefined {
    const room = this.#heard.bring(state, kept);
    const channel = room.channel.id;
    const listed = state.channels.find(({ id }) => id === channel);
    if (room.member !== (listed !== undefined)) return undefined;
    const { seq } = room.channel;
    // Fetched ahead of events that are still on their way, the room knows its channel better than the list does.
    const summary = listed && listed.seq >= seq ? listed : room.channel;
    const channels = state.channels.map((each) => (each.id === channel ? summary : each));
    const next = withUsers({ ...state, channels, room: { ...room, channel: summary } }, [...users]);
    // A thread beside it is as old as the list: it comes anew.
    if (summary !== listed && state.thread?.root.channel === channel) delete next.thread;
    const known = room.member ? summary.seq === seq : fresh;
    return known ? next : markStale(next, channelStream(channel));
  }

  /** Fetches a room, or its window around a message, unless it can be had without. Raises `Refusal`. */
  async prepare(channel: string, number?: number): Promise<void> {
    if (this.remembered(channel, number)) return;
    const place = placeName(channel, number);
    const coming = this.#coming.get(place) ?? this.#fetchRoom(channel, number);
    this.#coming.set(place, coming);
    await coming.finally(() => this.#coming.delete(place));
  }

  async #fetchRoom(channel: string, number: number | undefined): Promise<void> {
    const around = number === undefined ? "" : `?around=${number}`;
    const { epoch, room, users = [] } = await callApi<RoomView>("GET", `/api/channels/${channel}/room${around}`);
    if (epoch === this.#state?.epoch) {
      if (number === undefined) this.#rooms.put(room, users);
      else this.#arrive(placeName(channel, number), { room, users });
      if (this.remembered(channel, number)) return;
    }
    // The list has not heard yet that one is in it, or that one is no more: all of it has to be of one moment.
    const also = number === undefined ? "" : `&around=${number}`;
    const snapshot = await callApi<Snapshot>("GET", `/api/snapshot?channel=${channel}${also}`);
    this.#arrive(placeName(channel, number), snapshot);
  }

  #arrive(place: string, arrival: KeptRoom | Snapshot): void {
    this.#arrivals.delete(place);
    this.#arrivals.set(place, arrival);
    const [oldest] = this.#arrivals.keys();
    if (oldest && this.#arrivals.size > ARRIVALS_KEPT) this.#arrivals.delete(oldest);
  }

  /** An event was heard. */
  hear(event: AnyEvent): void {
    this.#queue.push(event);
    if (this.#flushing) return;
    this.#flushing = true;
    // Frames that arrived together are shown together: one render, not one each.
    setTimeout(() => this.#flush(), 0);
  }

  /** What the server calls its log; another one than ours makes everything heard before meaningless. */
  checkEpoch(epoch: string): void {
    if (!this.#state || this.#state.epoch === epoch) return;
    this.#heard.forget();
    this.#rooms.clear();
    this.#arrivals.clear();
    this.distrust(userStream(this.#state.user.id));
  }

  /** A stream cannot be resumed. */
  distrust(stream: string): void {
    if (!this.#state) return;
    this.#show(markStale(this.#state, stream));
    void this.#resync();
  }

  /** Asks for the names of those who have none yet. */
  async nameUnknown(users: readonly string[]): Promise<void> {
    const known = new Set(this.#state?.users?.map(({ id }) => id));
    const ids = users.filter((id) => !known.has(id) && !this.#asked.has(id)).slice(0, USERS_AT_ONCE);
    if (ids.length === 0) return;
    for (const id of ids) this.#asked.add(id);
    try {
      const { users: found } = await callApi<{ users: UserView[] }>("GET", `/api/users?ids=${ids.join(",")}`);
      // Whom nobody knows is not asked for again; the others are, should a later snapshot come without them.
      for (const { id } of found) this.#asked.delete(id);
      if (this.#state) this.#show(withUsers(this.#state, found));
    } catch {
      for (const id of ids) this.#asked.delete(id);
      return;
    }
    await this.nameUnknown(users); // more of them than one request names
  }

  #show(state: ClientState, gone?: boolean): void {
    const left = this.#state?.room;
    if (left && left.channel.id !== state.room?.channel.id && !this.#state?.stale?.length)
      this.#rooms.put(left, this.#state?.users ?? []);
    this.#state = state;
    this.#listener.onState(state, gone);
  }

  #flush(): void {
    this.#flushing = false;
    const events = this.#queue;
    if (events.length === 0 || !this.#state) return;
    this.#queue = [];
    this.#heard.remember(events);
    this.#show(this.thread.trimmed(this.window.trimmed(applyEvents(this.#state, events))));
    this.#follow();
  }

  /** What follows from a new state. */
  #follow(): void {
    if (!this.#state) return;
    if (this.#state.stale?.length) void this.#resync();
    void this.nameUnknown(unknownUsers(this.#state));
  }

  /** Asks for the state afresh until nothing is stale. */
  async #resync(): Promise<void> {
    if (this.#resyncing || !this.#state) return;
    this.#resyncing = true;
    try {
      // Not the answer's room: there is none in it once one has been taken out of the channel.
      const asked = this.#state.room?.channel.id;
      const snapshot = await this.#fetchSnapshot(this.#state);
      this.#flush();
      const fresh = asked === this.#state.room?.channel.id;
      // Another room was opened meanwhile: that one is fetched next.
      if (fresh) this.#showFresh(this.#heard.fold(snapshot));
    } catch (error) {
      if (codeOf(error) === "not_logged_in") return this.#listener.onLoggedOut();
      await new Promise((resolve) => setTimeout(resolve, RESYNC_PAUSE_MS));
    } finally {
      this.#resyncing = false;
    }
    this.#follow();
  }

  async #fetchSnapshot({ room, thread }: ClientState): Promise<Snapshot> {
    if (!room) return callApi("GET", "/api/snapshot");
    const beside = thread?.root.channel === room.channel.id ? `&thread=${thread.root.number}` : "";
    try {
      return await callApi("GET", `/api/snapshot?channel=${room.channel.id}${placeOf(room)}${beside}`);
    } catch (error) {
      if (codeOf(error) !== "no_such_channel") throw error;
      if (this.#state) this.#show(this.#state, true);
      return callApi("GET", "/api/snapshot");
    }
  }
}

function placeName(channel: string, number: number | undefined): string {
  return number === undefined ? channel : `${channel}/${number}`;
}
