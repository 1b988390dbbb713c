/**
 * What lives in the browser while one is logged in: the state, the connection that keeps it alive, the outbox.
 *
 * Invariants:
 * 1. The state is always some snapshot the server gave, plus every event heard since that it did not hold.
 * 2. While anything is stale a snapshot is on its way, or a pause before the next try; never two at once.
 */

import { callApi, codeOf, Refusal } from "./api_client.ts";
import {
  applyEvents,
  type ClientState,
  markStale,
  positionsOf,
  unknownUsers,
  userStream,
  withUsers,
} from "./apply_event.ts";
import type { Carrier, CarrierKind, Command, Ears } from "./carrier.ts";
import { recallCarrier, rememberCarrier } from "./carrier_memory.ts";
import { callCommand } from "./commands.ts";
import { forgetDrafts } from "./drafts.ts";
import { Ephemera } from "./ephemera.ts";
import { Heard } from "./heard.ts";
import { newKey } from "./new_key.ts";
import { Outbox, type OutboxItem, type OutboxNews } from "./outbox.ts";
import { KeptPosts } from "./outbox_store.ts";
import { OwnPresence, OwnTyping } from "./own_presence.ts";
import type { AnyEvent, AnyFrame, Ok, Snapshot, UserView } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";
import { placeOf, RoomWindow, trimmed } from "./room_window.ts";
import { type Connection, Socket } from "./socket.ts";
import { SocketCarrier, type Wire } from "./socket_carrier.ts";
import { StreamCarrier } from "./stream_carrier.ts";
import { Tabs } from "./tabs.ts";

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

const RESYNC_PAUSE_MS = 2_000;
const USERS_AT_ONCE = 50;

export class ChatSession {
  #view: ChatView | undefined;
  readonly #subscribers = new Set<() => void>();
  readonly #heard = new Heard();
  #queue: AnyEvent[] = [];
  #flushing = false;
  #resyncing = false;
  readonly #asked = new Set<string>();
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #onEnd: (code: number) => void;
  /** The window of lines of the open room. */
  readonly window: RoomWindow;
  /** What is true for a moment; has subscribers of its own. */
  readonly ephemera: Ephemera;
  readonly typing: OwnTyping;
  readonly presence: OwnPresence;

  constructor(user: string, onEnd: (code: number) => void) {
    this.#onEnd = onEnd;
    this.#socket = new Socket(
      { open: openCarrier, remembered: recallCarrier(), ...CLOCK },
      {
        position: () => {
          const state = this.#settled();
          return state ? { streams: positionsOf(state), epoch: state.epoch } : { streams: {} };
        },
        onFrame: (frame) => this.#hear(frame),
        onConnection: (connection) => this.#connected(connection),
        onEnd: (code) => this.#onEnd(code),
      },
    );
    this.#outbox = this.#makeOutbox(user);
    this.ephemera = new Ephemera(user, { request: (command) => this.#socket.request(command), ...CLOCK });
    const send = (command: Command) => void this.#socket.request(command).catch(() => undefined);
    this.typing = new OwnTyping({ send, ...CLOCK });
    this.presence = new OwnPresence({ send, ...CLOCK }, () => this.#change({}));
    this.window = new RoomWindow({
      settled: () => this.#settled(),
      show: (state) => this.#change({ state }),
      take: (snapshot) => this.#take(snapshot),
    });
  }

  #makeOutbox(user: string): Outbox {
    const tabs = new Tabs<OutboxNews>(`outbox ${user}`, (news) => {
      this.#outbox.hear(news);
      if (this.#view) this.#outbox.settle(this.#view.state);
    });
    return new Outbox({
      store: new KeptPosts(user),
      send: ({ channel, text, key }) => this.run({ type: "message.post", channel, text, key }),
      onChange: (outbox) => this.#change({ outbox }),
      tell: (news) => tabs.tell(news),
      alone: (channel, most, call) => tabs.alone(channel, most, call),
      newKey,
      ...CLOCK,
    });
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
    const state = this.#heard.fold(snapshot);
    const { connection } = this.#socket;
    this.#view = { connection, outbox: this.#outbox.items, ...known, state, served: snapshot, gone: false };
    this.#notify();
    this.#follow();
    this.#socket.start();
    if (!known) void this.#outbox.begin(() => this.#view?.state);
  }

  /** The state now, with everything heard so far in it. */
  #settled(): ClientState | undefined {
    this.#flush();
    return this.#view?.state;
  }

  #take(snapshot: Snapshot): void {
    this.#flush();
    this.#change({ state: this.#heard.fold(snapshot) });
    this.#follow();
  }

  #checkEpoch(epoch: string): void {
    if (!this.#view || this.#view.state.epoch === epoch) return;
    this.#heard.forget();
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
      this.#change({ state: this.#heard.fold(snapshot) });
    } catch (error) {
      if (codeOf(error) === "not_logged_in") return this.#end();
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

  // --- what is heard ---------------------------------------------------------------------------------------------

  #hear(frame: AnyFrame): void {
    switch (frame.type) {
      case "hello":
        rememberCarrier(this.#socket.carriedBy);
        this.ephemera.greeted(frame.limits);
        this.presence.greeted();
        return this.#checkEpoch(frame.epoch);
      case "reset":
        return this.#distrust(frame.stream);
      case "ok":
      case "error":
        return; // the carrier's to match with their commands
      case "typing":
        void this.#nameUnknown(frame.users);
        return this.ephemera.hear(frame);
      case "presence":
      case "receipts":
        return this.ephemera.hear(frame);
      default:
        this.#enqueue(frame);
    }
  }

  #enqueue(event: AnyEvent): void {
    if (event.type === "message.posted") this.ephemera.posted(event.channel, event.author);
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
    this.#heard.remember(events);
    this.#change({ state: trimmed(applyEvents(this.#view.state, events)) });
    this.#follow();
  }

  /** What follows from a new state. */
  #follow(): void {
    if (!this.#view) return;
    const { state } = this.#view;
    this.#outbox.settle(state);
    if (state.stale?.length) void this.#resync();
    void this.#nameUnknown(unknownUsers(state));
  }

  /** Asks for the names of those who have none yet. */
  async #nameUnknown(users: readonly string[]): Promise<void> {
    const known = new Set(this.#view?.state.users?.map(({ id }) => id));
    const ids = users.filter((id) => !known.has(id) && !this.#asked.has(id)).slice(0, USERS_AT_ONCE);
    if (ids.length === 0) return;
    for (const id of ids) this.#asked.add(id);
    try {
      const { users } = await callApi<{ users: UserView[] }>("GET", `/api/users?ids=${ids.join(",")}`);
      if (this.#view) this.#change({ state: withUsers(this.#view.state, users) });
    } catch {
      for (const id of ids) this.#asked.delete(id);
    }
  }

  // --- what people do --------------------------------------------------------------------------------------------

  /** Carries out a command: over the connection, or by its route where there is none. Raises `Refusal`. */
  async run(command: Command): Promise<Ok> {
    try {
      return await this.#runSomehow(command);
    } catch (error) {
      if (codeOf(error) === "not_logged_in") this.#end();
      throw error;
    }
  }

  async #runSomehow(command: Command): Promise<Ok> {
    try {
      return await this.#socket.request(command);
    } catch (error) {
      if (error instanceof Refusal && error.code === "disconnected") return callCommand(command);
      throw error;
    }
  }

  post(channel: string, text: string, key?: string): boolean {
    this.typing.posted();
    return this.#outbox.post(channel, text, key);
  }

  retry(key: string): void {
    this.#outbox.retry(key);
  }

  discard(key: string): void {
    this.#outbox.discard(key);
  }

  /** Somebody looks again, or the network is back. */
  wake(): void {
    this.#socket.wake();
  }

  /** Tries to connect at once, instead of waiting for the pause to end. */
  reconnect(): void {
    this.#socket.start();
  }

  stop(): void {
    this.presence.stop();
    this.#socket.stop();
  }

  /** Before the log-out: nothing of this person's stays in the browser. */
  async forget(): Promise<void> {
    this.stop();
    if (this.#view) forgetDrafts(this.#view.state.user.id);
    await this.#outbox.empty();
  }

  #end(): void {
    this.#onEnd(CLOSE_CODES.SESSION_ENDED.code);
  }

  // --- telling the components --------------------------------------------------------------------------------------

  #connected(connection: Connection): void {
    this.#change({ connection });
    if (connection === "open") this.#outbox.wake();
    else this.ephemera.lost();
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

const CLOCK = {
  setTimeout: (call: () => void, ms: number): unknown => setTimeout(call, ms),
  clearTimeout: (timer: unknown): void => clearTimeout(timer as number),
  now: Date.now,
  random: Math.random,
};

function openCarrier(kind: CarrierKind, ears: Ears): Carrier {
  if (kind === "stream") return new StreamCarrier({ fetch: (...call) => fetch(...call), call: callCommand }, ears);
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`;
  return new SocketCarrier(new WebSocket(address) as unknown as Wire, ears);
}
