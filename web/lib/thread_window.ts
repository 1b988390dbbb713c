/** The thread beside the open room: opening it, and loading more of it at either end, within a bound. */

import { callApi } from "./api_client.ts";
import { channelStream, type ClientState, seqOf, withUsers } from "./apply_event.ts";
import type { MessagePosted, Snapshot, Thread, UserView } from "./protocol.gen.ts";
import { placeOf } from "./room_window.ts";

/** More replies than this are not kept; the far end is dropped and can be loaded again. */
export const REPLIES_KEPT = 600;
/** What the server has told already may be on its way over the connection still: so long it is waited for, in turn. */
const PAUSES_MS = [0, 60, 250, 1_000];

/** The state the thread is part of. */
export interface ThreadHost {
  /** The state now, with everything heard so far in it. */
  settled(): ClientState | undefined;
  /** The snapshot, brought up to date. */
  fold(snapshot: Snapshot): ClientState;
  show(state: ClientState): void;
  /** Shows a fresh snapshot instead of the state. */
  take(snapshot: Snapshot): void;
}

interface Page {
  messages: MessagePosted[];
  older?: boolean;
  newer?: boolean;
  users?: UserView[];
}

export class ThreadWindow {
  readonly #host: ThreadHost;
  #loading = false;
  /** Counts the openings: of two the later one counts. */
  #openings = 0;

  constructor(host: ThreadHost) {
    this.#host = host;
  }

  /**
   * Shows the thread of a message of the open room; of a reply, the thread it is in, around it. Raises `Refusal`.
   *
   * Events change a thread only where its snapshot is of the same moment as the room it stands beside.
   */
  async open(channel: string, number: number): Promise<void> {
    const opening = ++this.#openings;
    const room = this.#host.settled()?.room;
    const place = room?.channel.id === channel ? placeOf(room) : "";
    const snapshot = await callApi<Snapshot>("GET", `/api/snapshot?channel=${channel}${place}&thread=${number}`);
    for (const pause of PAUSES_MS) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      const state = this.#host.settled();
      // Meanwhile one went elsewhere.
      if (opening !== this.#openings || state?.room?.channel.id !== channel) return;
      const fresh = this.#host.fold(snapshot);
      const stream = channelStream(channel);
      if (fresh.stale?.length || seqOf(fresh, stream) !== seqOf(state, stream)) continue;
      return this.#host.show({ ...withUsers(state, fresh.users ?? []), thread: joined(state.thread, fresh.thread) });
    }
    this.#host.take(snapshot);
  }

  /** Adds the replies before those that are there. Raises `Refusal`. */
  loadOlder(): Promise<void> {
    return this.#load(
      ({ older, lines }) => (older ? `before=${lines[0]?.number ?? 0}` : undefined),
      async (thread, page) => {
        const lines = [...page.messages, ...thread.lines];
        const kept = lines.slice(0, REPLIES_KEPT);
        return { ...thread, lines: kept, older: page.older, newer: thread.newer || kept.length < lines.length };
      },
    );
  }

  /** Adds those behind them; once these reach the newest one, the thread is live again. Raises `Refusal`. */
  loadNewer(): Promise<void> {
    return this.#load(
      ({ newer, lines }) => (newer ? `after=${lines.at(-1)?.number ?? 0}` : undefined),
      async (thread, page) => {
        const lines = [...thread.lines, ...page.messages];
        if (page.newer) return { ...thread, lines: lines.slice(-REPLIES_KEPT), older: thread.older || cut(lines) };
        // Its end is taken from a snapshot, on which the events go on.
        this.#show({ ...thread, lines }, page.users);
        await this.open(thread.root.channel, thread.root.number);
        return undefined;
      },
    );
  }

  /** A thread that is left open for days does not grow without end. */
  trimmed(state: ClientState): ClientState {
    const { thread } = state;
    if (!thread || thread.newer || !cut(thread.lines)) return state;
    return { ...state, thread: { ...thread, lines: thread.lines.slice(-REPLIES_KEPT / 2), older: true } };
  }

  async #load(
    where: (thread: Thread) => string | undefined,
    join: (thread: Thread, page: Page) => Promise<Thread | undefined>,
  ): Promise<void> {
    const before = this.#host.settled()?.thread;
    const place = before && where(before);
    if (!before || !place || this.#loading) return;
    this.#loading = true;
    try {
      const { channel, number } = before.root;
      const page = await callApi<Page>("GET", `/api/channels/${channel}/messages/${number}/thread?${place}`);
      const thread = this.#host.settled()?.thread;
      // Meanwhile another window may have taken this one's place.
      if (!thread || !isSame(thread, before) || where(thread) !== place) return;
      const next = await join(thread, page);
      if (next) this.#show(next, page.users);
    } finally {
      this.#loading = false;
    }
  }

  #show(thread: Thread, users: UserView[] = []): void {
    const state = this.#host.settled();
    if (state) this.#host.show({ ...withUsers(state, users), thread });
  }
}

function cut(lines: readonly MessagePosted[]): boolean {
  return lines.length > REPLIES_KEPT;
}

function isSame({ root }: Thread, { root: other }: Thread): boolean {
  return root.channel === other.channel && root.number === other.number;
}

/** A fresh window of the thread, behind what is known of it already where the two meet. */
function joined(before: Thread | undefined, fresh: Thread | undefined | null): Thread | undefined {
  const first = fresh?.lines[0]?.number;
  if (!fresh || first === undefined || !before || !isSame(before, fresh) || fresh.newer) return fresh ?? undefined;
  if (!before.lines.some(({ number }) => number >= first)) return fresh;
  const earlier = before.lines.filter(({ number }) => number < first);
  return earlier.length > 0 ? { ...fresh, lines: [...earlier, ...fresh.lines], older: before.older } : fresh;
}
