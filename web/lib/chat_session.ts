/**
 * What lives in the browser while one is logged in: the state, the socket that keeps it alive, the outbox.
 *
 * Invariants:
 * 1. The state is always some snapshot the server gave, plus every event heard since that it did not hold.
 * 2. A snapshot that is older than what was heard is brought up to date from the events kept; where they do not reach
 *    back far enough, the stream is stale and a new snapshot is asked for.
 * 3. While anything is stale a snapshot is on its way, or a pause before the next try; never two at once.
 */

import { callApi, codeOf, Refusal } from "./api_client.ts";
import {
  applyEvents,
  channelStream,
  type ClientState,
  markStale,
  positionsOf,
  seqOf,
  unknownUsers,
  userStream,
  withUsers,
} from "./apply_event.ts";
import { callCommand } from "./commands.ts";
import { Outbox, type OutboxItem } from "./outbox.ts";
import type { AnyEvent, Line, Ok, Snapshot, UserView } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";
import { type Command, type Connection, Socket, type Wire } from "./socket.ts";

/** What components render from; a new object whenever something in it changed. */
export interface ChatView {
  state: ClientState;
  /** The snapshot the page was rendered with that the state grew from. */
  served: Snapshot;
  connection: Connection;
  outbox: readonly OutboxItem[];
  /** The room that was open is not ours to see any more. */
  gone: boolean;
}

/** Events kept to bring older snapshots up to date. */
export const EVENTS_KEPT = 2_000;
/** A room's window never grows beyond this many lines; the far end is dropped and can be loaded again. */
export const LINES_KEPT = 600;
const RESYNC_PAUSE_MS = 2_000;
const USERS_AT_ONCE = 50;
const PAGE = 50;

export class ChatSession {
  #view: ChatView | undefined;
  #subscribers = new Set<() => void>();
  #recent: AnyEvent[] = [];
  #heads = new Map<string, number>();
  #queue: AnyEvent[] = [];
  #flushing = false;
  #resyncing = false;
  #loading = false;
  #asked = new Set<string>();
  #socket: Socket;
  #outbox: Outbox;
  #onEnd: (code: number) => void;

  constructor(onEnd: (code: number) => void) {
    this.#onEnd = onEnd;
    this.#socket = new Socket(
      {
        open: () => new WebSocket(socketAddress()) as unknown as Wire,
        setTimeout: (call, ms) => setTimeout(call, ms),
        clearTimeout: (timer) => clearTimeout(timer as number),
        random: Math.random,
      },
      {
        position: () => {
          this.#flush();
          const state = this.#view?.state;
          return state ? { streams: positionsOf(state), epoch: state.epoch } : { streams: {} };
        },
        onWelcome: (welcome) => this.#checkEpoch(welcome.epoch),
        onEvent: (event) => this.#enqueue(event),
        onReset: (stream) => this.#distrust(stream),
        onConnection: (connection) => this.#connected(connection),
        onEnd: (code) => this.#onEnd(code),
      },
    );
    this.#outbox = new Outbox(
      {
        send: ({ channel, text, key }) => this.#socket.request({ type: "message.post", channel, text, key }),
        onChange: (outbox) => this.#change({ outbox }),
        setTimeout: (call, ms) => setTimeout(call, ms),
        now: Date.now,
        newKey: () => crypto.randomUUID(),
      },
      [],
    );
  }

  // --- what React needs ------------------------------------------------------------------------------------------

  subscribe = (call: () => void): (() => void) => {
    this.#subscribers.add(call);
    return () => this.#subscribers.delete(call);
  };

  view = (): ChatView | undefined => this.#view;

  // --- snapshots -------------------------------------------------------------------------------------------------

  /** Goes on from `snapshot`, which a page was rendered with. The same one again changes nothing. */
  adopt(snapshot: Snapshot): void {
    if (this.#view?.served === snapshot) return;
    const known = this.#view;
    if (known && !snapshot.room && known.state.epoch === snapshot.epoch) return; // a page without a room: we know more
    this.#flush();
    const state = this.#fold(snapshot);
    this.#view = {
      connection: this.#socket.connection,
      outbox: this.#outbox.items,
      ...known,
      state,
      served: snapshot,
      gone: false,
    };
    this.#notify();
    this.#follow();
    this.#socket.start();
  }

  /** `snapshot`, and what was heard since it was read. */
  #fold(snapshot: Snapshot): ClientState {
    let state = applyEvents(snapshot, this.#recent);
    for (const [stream, head] of this.#heads) {
      const known = seqOf(state, stream);
      if (known !== undefined && known < head) state = markStale(state, stream);
    }
    return state;
  }

  #checkEpoch(epoch: string): void {
    if (!this.#view || this.#view.state.epoch === epoch) return;
    // Another log than the one we know: nothing that was heard before has a meaning.
    this.#recent = [];
    this.#heads.clear();
    this.#distrust(userStream(this.#view.state.user.id));
  }

  #distrust(stream: string): void {
    if (!this.#view) return;
    this.#change({ state: markStale(this.#view.state, stream) });
    void this.#resync();
  }

  /** Asks for the state afresh until nothing is stale. */
  async #resync(): Promise<void> {
    if (this.#resyncing || !this.#view) return;
    this.#resyncing = true;
    try {
      const snapshot = await this.#fetchSnapshot(this.#view.state);
      this.#flush();
      this.#change({ state: this.#fold(snapshot) });
    } catch (error) {
      if (codeOf(error) === "not_logged_in") return this.#onEnd(CLOSE_CODES.SESSION_ENDED.code);
      await new Promise((resolve) => setTimeout(resolve, RESYNC_PAUSE_MS));
    } finally {
      this.#resyncing = false;
    }
    this.#follow();
  }

  async #fetchSnapshot({ room }: ClientState): Promise<Snapshot> {
    if (!room) return callApi("GET", "/api/snapshot");
    try {
      return await callApi("GET", `/api/snapshot?channel=${room.channel.id}${placeOf(room)}`);
    } catch (error) {
      if (codeOf(error) !== "no_such_channel") throw error;
      this.#change({ gone: true });
      return callApi("GET", "/api/snapshot");
    }
  }

  // --- events ----------------------------------------------------------------------------------------------------

  #enqueue(event: AnyEvent): void {
    this.#queue.push(event);
    if (this.#flushing) return;
    this.#flushing = true;
    // Frames that arrived together are shown together: one render, not one each.
    setTimeout(() => this.#flush(), 0);
  }

  #flush(): void {
    this.#flushing = false;
    const events = this.#queue;
    if (events.length === 0 || !this.#view) return;
    this.#queue = [];
    this.#remember(events);
    this.#change({ state: trimmed(applyEvents(this.#view.state, events)) });
    this.#follow();
  }

  #remember(events: AnyEvent[]): void {
    for (const event of events) {
      this.#heads.set(streamOf(event), event.seq);
    }
    this.#recent = [...this.#recent, ...events].slice(-EVENTS_KEPT);
  }

  /** What follows from a new state. */
  #follow(): void {
    if (!this.#view) return;
    const { state } = this.#view;
    this.#outbox.settle(state);
    if (state.stale?.length) void this.#resync();
    void this.#nameUnknown(state);
  }

  async #nameUnknown(state: ClientState): Promise<void> {
    const ids = unknownUsers(state)
      .filter((id) => !this.#asked.has(id))
      .slice(0, USERS_AT_ONCE);
    if (ids.length === 0) return;
    for (const id of ids) this.#asked.add(id);
    try {
      const { users } = await callApi<{ users: UserView[] }>("GET", `/api/users?ids=${ids.join(",")}`);
      if (this.#view) this.#change({ state: withUsers(this.#view.state, users) });
    } catch {
      for (const id of ids) this.#asked.delete(id);
    }
  }

  // --- the window of lines ---------------------------------------------------------------------------------------

  /** Loads what stands before the window; the promise is false when there was nothing to do. */
  async loadOlder(): Promise<boolean> {
    return this.#load(
      (room) => (room.older ? `before=${room.lines[0]?.seq ?? 0}` : undefined),
      (lines, more) => ({
        older: more.older,
        lines: [...more.messages, ...lines],
        users: more.users,
      }),
    );
  }

  /** Loads what stands behind the window; when that reaches the newest line, the room is live again. */
  async loadNewer(): Promise<boolean> {
    return this.#load(
      (room) => (room.newer ? `after=${room.lines.at(-1)?.seq ?? 0}` : undefined),
      (lines, more) => ({
        newer: true,
        lines: [...lines, ...more.messages],
        users: more.users,
        end: !more.newer,
      }),
    );
  }

  /** Leaves the window and shows the newest lines. */
  async showNewest(): Promise<void> {
    const room = this.#view?.state.room;
    if (!room) return;
    const snapshot = await callApi<Snapshot>("GET", `/api/snapshot?channel=${room.channel.id}`);
    this.#flush();
    this.#change({ state: this.#fold(snapshot) });
    this.#follow();
  }

  async #load(
    where: (room: RoomOf) => string | undefined,
    join: (lines: Line[], page: Page) => Joined,
  ): Promise<boolean> {
    const room = this.#view?.state.room;
    const place = room && where(room);
    if (!room || !place || this.#loading) return false;
    this.#loading = true;
    try {
      const page = await callApi<Page>("GET", `/api/channels/${room.channel.id}/messages?${place}&limit=${PAGE}`);
      this.#flush();
      const now = this.#view?.state.room;
      if (!this.#view || now?.channel.id !== room.channel.id) return false;
      const joined = join(now.lines, page);
      if (joined.end) await this.#reachNewest(joined.lines);
      else this.#change({ state: withWindow(this.#view.state, joined) });
      return true;
    } finally {
      this.#loading = false;
    }
  }

  /**
   * The window has come to the newest lines. A fresh snapshot's window takes over its end, so that from its seq on the
   * events do the rest; no line between the two can be missing where they overlap.
   */
  async #reachNewest(lines: Line[]): Promise<void> {
    const channel = this.#view?.state.room?.channel.id;
    const snapshot = await callApi<Snapshot>("GET", `/api/snapshot?channel=${channel}`);
    this.#flush();
    if (!this.#view || this.#view.state.room?.channel.id !== channel || !snapshot.room) return;
    const first = snapshot.room.lines[0]?.seq ?? 0;
    const before = lines.filter((line) => line.seq < first);
    const overlaps = lines.some((line) => line.seq >= first);
    const room = overlaps
      ? { ...snapshot.room, lines: [...before, ...snapshot.room.lines], older: this.#view.state.room?.older }
      : snapshot.room;
    this.#change({ state: this.#fold({ ...snapshot, room }) });
    this.#follow();
  }

  // --- what people do --------------------------------------------------------------------------------------------

  /** Carries out a command: over the socket, or by its route where there is none. Raises `Refusal`. */
  async run(command: Command): Promise<Ok> {
    try {
      return await this.#socket.request(command);
    } catch (error) {
      if (error instanceof Refusal && error.code === "disconnected") return callCommand(command);
      throw error;
    }
  }

  post(channel: string, text: string, key?: string): boolean {
    return this.#outbox.post(channel, text, key);
  }

  retry(key: string): void {
    this.#outbox.retry(key);
  }

  discard(key: string): void {
    this.#outbox.discard(key);
  }

  /** Tries to connect at once, instead of waiting for the pause to end. */
  reconnect(): void {
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
  }

  // --- telling the components --------------------------------------------------------------------------------------

  #connected(connection: Connection): void {
    this.#change({ connection });
    if (connection === "open") this.#outbox.pump();
  }

  #change(changes: Partial<ChatView>): void {
    if (!this.#view) return;
    this.#view = { ...this.#view, ...changes };
    this.#notify();
  }

  #notify(): void {
    for (const call of this.#subscribers) call();
  }
}

type RoomOf = NonNullable<Snapshot["room"]>;

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
  return withUsers({ ...state, room }, users ?? []);
}

/** A room that is left open for days does not grow without end. */
function trimmed(state: ClientState): ClientState {
  const { room } = state;
  if (!room || room.newer || room.lines.length <= LINES_KEPT) return state;
  return { ...state, room: { ...room, lines: room.lines.slice(-LINES_KEPT / 2), older: true } };
}

/** Where somebody reads old messages, the fresh window lies around the middle of the one they had. */
function placeOf(room: RoomOf): string {
  if (!room.newer) return "";
  const messages = room.lines.filter((line) => line.type === "message.posted");
  const middle = messages[messages.length >> 1];
  return middle ? `&around=${middle.number}` : "";
}

function streamOf(event: AnyEvent): string {
  if ("user" in event && typeof event.user === "string") return userStream(event.user);
  return channelStream((event as { channel: string }).channel);
}

function socketAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`;
}
