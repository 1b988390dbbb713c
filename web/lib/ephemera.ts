/**
 * What is true for a moment: who is writing, who is here, how far others have read. Beside the state, with subscribers
 * of its own, so that a list of messages is not rendered because somebody presses a key.
 *
 * Invariants:
 * 1. Nothing here outlives the connection it was told over: with the next hello everything is asked for anew.
 * 2. Who is writing is forgotten when the server has not said it again in time; a lost frame does no harm.
 * 3. What a getter gives is the same object until it has changed.
 */

import type { Command } from "./carrier.ts";
import type { AnyEphemeral, Limits, Ok } from "./protocol.gen.ts";

export type Presence = "online" | "away" | "offline";
export type Positions = Readonly<Record<string, number>>;

export interface EphemeraSurroundings {
  request(command: Command): Promise<Ok>;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  random(): number;
}

/** Whom the page shows changes with every scroll; the server is told once it has come to rest. */
export const WATCH_PAUSE_MS = 400;
/** After a lost connection everybody comes back at once, and what they ask besides can wait a little. */
export const RETURN_MS = 4_000;
const WATCHED_MOST = 200;
const TYPING_SECONDS = 8;
const RECEIPT_MEMBERS = 50;
const NOBODY: readonly string[] = [];

interface Writers {
  users: readonly string[];
  timer: unknown;
}

export class Ephemera {
  readonly #me: string;
  readonly #around: EphemeraSurroundings;
  readonly #subscribers = new Set<() => void>();
  #limits: Partial<Limits> = {};
  #connected = false;
  #returning = false;

  readonly #typing = new Map<string, Writers>();
  #presence: ReadonlyMap<string, Presence> = new Map();
  readonly #positions = new Map<string, Positions>();

  /** How often each person is shown, in the order they came into view. */
  readonly #shown = new Map<string, number>();
  /** Whom the server was asked to tell of. */
  #watched: readonly string[] = NOBODY;
  #watchTimer: unknown;
  #followTimer: unknown;
  /** The channels whose receipts are shown. */
  readonly #followed = new Set<string>();

  constructor(me: string, around: EphemeraSurroundings) {
    this.#me = me;
    this.#around = around;
  }

  subscribe = (call: () => void): (() => void) => {
    this.#subscribers.add(call);
    return () => this.#subscribers.delete(call);
  };

  /** Others who are writing in a channel, the first to begin first. */
  typing(channel: string): readonly string[] {
    return this.#typing.get(channel)?.users ?? NOBODY;
  }

  /** Whether somebody is there; undefined when that is not known. */
  presence(user: string): Presence | undefined {
    return this.#presence.get(user);
  }

  /** For each member, the number of the newest message they have read; undefined where that is not told. */
  positions(channel: string): Positions | undefined {
    return this.#positions.get(channel);
  }

  /** Whether a channel of so many members tells how far others have read. */
  tellsPositions(members: number): boolean {
    return members > 1 && members <= (this.#limits.receipt_members ?? RECEIPT_MEMBERS);
  }

  // --- what the page shows -----------------------------------------------------------------------------------------

  /** Somebody is shown, until the returned function is called. */
  watch(user: string): () => void {
    this.#shown.set(user, (this.#shown.get(user) ?? 0) + 1);
    this.#planWatch();
    return () => {
      const left = (this.#shown.get(user) ?? 1) - 1;
      if (left > 0) this.#shown.set(user, left);
      else this.#shown.delete(user);
      this.#planWatch();
    };
  }

  /** A channel's receipts are shown, until the returned function is called. */
  follow(channel: string): () => void {
    this.#followed.add(channel);
    void this.#fetchPositions(channel);
    return () => {
      this.#followed.delete(channel);
      if (this.#positions.delete(channel)) this.#notify();
    };
  }

  #planWatch(pause = 0): void {
    this.#around.clearTimeout(this.#watchTimer);
    this.#watchTimer = this.#around.setTimeout(() => void this.#sendWatch(), WATCH_PAUSE_MS + pause);
  }

  async #sendWatch(): Promise<void> {
    const most = this.#limits.presence_watch ?? WATCHED_MOST;
    const users = [...this.#shown.keys()].slice(-most);
    if (
      !this.#connected ||
      (users.length === this.#watched.length && users.every((id) => this.#watched.includes(id)))
    ) {
      return;
    }
    this.#watched = users;
    try {
      const { presence = {} } = await this.#around.request({ type: "presence.watch", users });
      if (this.#watched !== users) return; // asked anew meanwhile
      this.#presence = new Map(Object.entries(presence));
      this.#notify();
    } catch {
      if (this.#watched === users) this.#watched = NOBODY;
    }
  }

  async #fetchPositions(channel: string): Promise<void> {
    if (!this.#connected) return;
    try {
      const { positions } = await this.#around.request({ type: "receipt.list", channel });
      if (!this.#followed.has(channel) || !positions || Object.keys(positions).length === 0) return;
      this.#positions.set(channel, furthest(positions, this.#positions.get(channel)));
      this.#notify();
    } catch {
      // Without it no receipts are shown; the next hello asks again.
    }
  }

  // --- what is heard -----------------------------------------------------------------------------------------------

  /** A new connection: nothing of the last one holds. */
  greeted(limits: Limits): void {
    this.#limits = limits;
    this.#connected = true;
    this.#watched = NOBODY;
    const pause = this.#returning ? this.#around.random() * RETURN_MS : 0;
    this.#returning = true;
    this.#planWatch(pause);
    this.#around.clearTimeout(this.#followTimer);
    this.#followTimer = this.#around.setTimeout(() => {
      for (const channel of this.#followed) void this.#fetchPositions(channel);
    }, pause);
  }

  /** The connection is lost: who is here and who is writing is not known any more. */
  lost(): void {
    this.#connected = false;
    for (const { timer } of this.#typing.values()) this.#around.clearTimeout(timer);
    this.#typing.clear();
    this.#presence = new Map();
    this.#notify();
  }

  hear(frame: AnyEphemeral): void {
    switch (frame.type) {
      case "typing":
        return this.#setTyping(
          frame.channel,
          frame.users.filter((user) => user !== this.#me),
        );
      case "presence":
        this.#presence = new Map([...this.#presence, ...Object.entries(frame.users)]);
        break;
      case "receipts": {
        const known = this.#positions.get(frame.channel);
        if (!known) return;
        this.#positions.set(frame.channel, furthest(known, frame.positions));
      }
    }
    this.#notify();
  }

  /** A message came: its author is not writing it any more. */
  posted(channel: string, author: string): void {
    const users = this.typing(channel);
    if (users.includes(author))
      this.#setTyping(
        channel,
        users.filter((user) => user !== author),
      );
  }

  #setTyping(channel: string, users: readonly string[]): void {
    const before = this.#typing.get(channel);
    this.#around.clearTimeout(before?.timer);
    if (users.length === 0) {
      this.#typing.delete(channel);
    } else {
      const seconds = this.#limits.typing_seconds ?? TYPING_SECONDS;
      const timer = this.#around.setTimeout(() => this.#setTyping(channel, NOBODY), seconds * 1000);
      this.#typing.set(channel, { users: sameAs(before?.users, users), timer });
    }
    if (before?.users !== this.#typing.get(channel)?.users) this.#notify();
  }

  #notify(): void {
    for (const call of this.#subscribers) call();
  }
}

/** Nobody reads backwards: of two tellings the greater number holds. */
function furthest(one: Positions, other: Positions = {}): Positions {
  const all = { ...one };
  for (const [user, number] of Object.entries(other)) all[user] = Math.max(number, all[user] ?? 0);
  return all;
}

function sameAs(before: readonly string[] | undefined, users: readonly string[]): readonly string[] {
  return before?.length === users.length && users.every((user, index) => user === before[index]) ? before : users;
}
