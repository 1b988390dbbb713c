/**
 * What lives in the browser while one is logged in: the state, the connection that keeps it alive, the outbox, and what
 * is true for a moment. Only composed here; each has its own module.
 */

import { codeOf, Refusal } from "./api_client.ts";
import type { ClientState } from "./apply_event.ts";
import type { Carrier, CarrierKind, Command, Ears } from "./carrier.ts";
import { recallCarrier, rememberCarrier } from "./carrier_memory.ts";
import { callCommand } from "./commands.ts";
import { Composing } from "./composing.ts";
import { forgetDrafts } from "./drafts.ts";
import { Ephemera } from "./ephemera.ts";
import { LiveState } from "./live_state.ts";
import { newKey } from "./new_key.ts";
import { Outbox, type OutboxItem, type OutboxNews, type PostExtras } from "./outbox.ts";
import { KeptPosts } from "./outbox_store.ts";
import { OwnPresence, OwnTyping } from "./own_presence.ts";
import type { AnyFrame, MessagePosted, Ok, Part, Room, Snapshot } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";
import type { RoomWindow } from "./room_window.ts";
import type { ThreadWindow } from "./thread_window.ts";
import { type Connection, Socket } from "./socket.ts";
import { SocketCarrier, type Wire } from "./socket_carrier.ts";
import { StreamCarrier } from "./stream_carrier.ts";
import { Tabs } from "./tabs.ts";
import { UploadCalls } from "./upload_calls.ts";
import { type UploadNews, Uploads } from "./uploads.ts";
import { KeptUploads } from "./uploads_store.ts";

/** What components render from; a new object whenever something in it changed. */
export interface ChatView {
  state: ClientState;
  /** The snapshot the page was rendered with that the state grew from. */
  served: Snapshot;
  connection: Connection;
  outbox: readonly OutboxItem[];
  /** The room that was open is not ours to see any more. */
  gone: boolean;
  /** How often somebody went again to the place the address names already. */
  visits: number;
}

export class ChatSession {
  readonly #user: string;
  readonly #onEnd: (code: number) => void;
  #view: ChatView | undefined;
  readonly #adopted = new WeakSet<Snapshot>();
  readonly #subscribers = new Set<() => void>();
  readonly #listeners = new Set<(message: MessagePosted) => void>();
  readonly #live: LiveState;
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  /** What is true for a moment; has subscribers of its own. */
  readonly ephemera: Ephemera;
  readonly typing: OwnTyping;
  readonly presence: OwnPresence;
  /** Files for messages that are not sent yet; has subscribers of its own. */
  readonly uploads: Uploads<Part>;
  readonly composing = new Composing();

  /** `onEnd`: the session is over, with the close code that says why. */
  constructor(user: string, onEnd: (code: number) => void) {
    this.#user = user;
    this.#onEnd = onEnd;
    this.#live = new LiveState({
      onState: (state, gone) => this.#changeState(state, gone),
      onLoggedOut: () => this.#end(),
    });
    this.#socket = new Socket(
      { open: openCarrier, remembered: recallCarrier(), ...CLOCK },
      {
        position: () => this.#live.position(),
        onFrame: (frame) => this.#hear(frame),
        onConnection: (connection) => this.#connected(connection),
        onEnd,
      },
    );
    this.#outbox = this.#makeOutbox();
    const request = (command: Command) => this.#socket.request(command);
    const send = (command: Command) => void request(command).catch(() => undefined);
    this.ephemera = new Ephemera(user, { request, ...CLOCK });
    this.typing = new OwnTyping({ send, ...CLOCK });
    this.presence = new OwnPresence({ send, ...CLOCK }, () => this.#change({}));
    this.uploads = makeUploads(user);
  }

  #makeOutbox(): Outbox {
    const tabs = new Tabs<OutboxNews>(`outbox ${this.#user}`, (news) => {
      this.#outbox.hear(news);
      if (this.#view) this.#outbox.settle(this.#view.state);
    });
    return new Outbox({
      store: new KeptPosts(this.#user),
      send: ({ channel, text, key, parts, reply, thread }) =>
        this.run({ type: "message.post", channel, text, key, parts, reply, thread }),
      onChange: (outbox) => this.#change({ outbox }),
      tell: (news) => tabs.tell(news),
      alone: (channel, most, call) => tabs.alone(channel, most, call),
      newKey,
      ...CLOCK,
    });
  }

  // --- what React needs ------------------------------------------------------------------------------------------

  /** Calls `call` with every message of others that is heard while it is new; returns how to stop that. */
  onMessage(call: (message: MessagePosted) => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  subscribe = (call: () => void): (() => void) => {
    this.#subscribers.add(call);
    return () => this.#subscribers.delete(call);
  };

  view = (): ChatView | undefined => this.#view;

  /** The window of lines of the open room. */
  get window(): RoomWindow {
    return this.#live.window;
  }

  /** The thread beside it. */
  get thread(): ThreadWindow {
    return this.#live.thread;
  }

  /** Goes on from `served`, which a page was rendered with. The same one again changes nothing. */
  adopt(served: Snapshot): void {
    const known = this.#view;
    if (known?.served === served) return;
    if (known && !served.room && known.state.epoch === served.epoch) return; // a page without a room: we know more
    this.#live.settled(); // what is still to be shown belongs to the page before
    // A page one comes back to has the state of when it was rendered; by now we know more.
    const back = this.#adopted.has(served) && served.room && this.#live.remembered(served.room.channel.id);
    this.#adopted.add(served);
    const { connection } = this.#socket;
    const outbox = this.#outbox.items;
    this.#view = { state: served, connection, outbox, visits: 0, ...this.#view, served, gone: false };
    this.#live.take(back || served);
    this.#socket.start();
    if (known) return;
    void this.#outbox.begin(() => this.#view?.state);
    void this.uploads.begin();
  }

  /** What a page that was rendered with `served` begins with: that very snapshot, or on coming back what became of it. */
  opening(served: Snapshot): ClientState {
    if (!this.#adopted.has(served) || !served.room) return served;
    return this.#live.remembered(served.room.channel.id) ?? served;
  }

  /** A snapshot with another room open, to be shown (and adopted) at once; undefined when it has to be fetched. */
  remembered(channel: string, number?: number): (Snapshot & { room: Room }) | undefined {
    const state = this.#live.remembered(channel, number);
    return state?.room && { ...state, room: state.room };
  }

  /** Fetches a room that one is about to open, unless it is there. Raises `Refusal`. */
  prepare(channel: string, number?: number): Promise<void> {
    return this.#live.prepare(channel, number);
  }

  /** Somebody goes to the place the address names already. */
  visit(): void {
    this.#change({ visits: (this.#view?.visits ?? 0) + 1 });
  }

  // --- what is heard ---------------------------------------------------------------------------------------------

  #hear(frame: AnyFrame): void {
    switch (frame.type) {
      case "hello":
        rememberCarrier(this.#socket.carriedBy);
        this.ephemera.greeted(frame.limits);
        this.presence.greeted();
        return this.#live.checkEpoch(frame.epoch);
      case "reset":
        return this.#live.distrust(frame.stream);
      case "typing":
        void this.#live.nameUnknown(frame.users);
        return this.ephemera.hear(frame);
      case "presence":
      case "receipts":
        return this.ephemera.hear(frame);
      case "ok":
      case "error":
        return; // the carrier's to match with their commands
      case "message.posted":
        this.ephemera.posted(frame.channel, frame.author);
        this.#live.hear(frame);
        for (const call of this.#listeners) call(frame);
        return;
      default:
        this.#live.hear(frame);
    }
  }

  #connected(connection: Connection): void {
    this.#change({ connection });
    if (connection !== "open") return this.ephemera.lost();
    this.#outbox.wake();
    this.uploads.wake();
  }

  #changeState(state: ClientState, gone?: boolean): void {
    this.#change(gone ? { state, gone } : { state });
    this.#outbox.settle(state);
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

  post(channel: string, text: string, extras?: PostExtras): boolean {
    this.typing.posted();
    return this.#outbox.post(channel, text, extras);
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
    forgetDrafts(this.#user);
    await Promise.all([this.#outbox.empty(), this.uploads.empty()]);
  }

  #end(): void {
    this.#onEnd(CLOSE_CODES.SESSION_ENDED.code);
  }

  // --- telling the components --------------------------------------------------------------------------------------

  #change(changes: Partial<ChatView>): void {
    if (!this.#view) return;
    this.#view = { ...this.#view, ...changes };
    for (const call of this.#subscribers) call();
  }
}

function makeUploads(user: string): Uploads<Part> {
  const transport = new UploadCalls();
  // Fetched when there is a video.
  const film = async (video: Blob, signal: AbortSignal) => (await import("./film.ts")).filmOf(video, signal, transport);
  const tabs = new Tabs<UploadNews<Part>>(`uploads ${user}`, (news) => uploads.hear(news));
  const uploads: Uploads<Part> = new Uploads({
    store: new KeptUploads(user),
    transport,
    film,
    tell: (news) => tabs.tell(news),
    claim: (key, call) => tabs.claim(key, call),
    freed: (key) => tabs.freed(key),
    newKey,
    ...CLOCK,
  });
  return uploads;
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
