/** What this page tells of the person before it: that they are writing, and whether they are there. */

import type { Command } from "./carrier.ts";

export interface OwnSurroundings {
  /** Sends a command, and does not mind how that goes. */
  send(command: Command): void;
  now(): number;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Said again after so long while one goes on; the server forgets it after twice that. */
export const TYPING_REPEAT_MS = 4_000;
/** Without a key, a pointer or a look for so long one is away. */
export const AWAY_MS = 5 * 60_000;

export class OwnTyping {
  readonly #around: OwnSurroundings;
  #channel: string | undefined;
  #saidAt = -Infinity;

  constructor(around: OwnSurroundings) {
    this.#around = around;
  }

  /** The text changed; an empty one is nothing anybody waits for. */
  changed(channel: string, text: string): void {
    if (text.trim() === "") return this.stopped();
    const now = this.#around.now();
    if (channel === this.#channel && now - this.#saidAt < TYPING_REPEAT_MS) return;
    this.#channel = channel;
    this.#saidAt = now;
    this.#around.send({ type: "typing.start", channel });
  }

  /** One went elsewhere, or deleted what was begun. */
  stopped(): void {
    const channel = this.#channel;
    this.posted();
    if (channel !== undefined) this.#around.send({ type: "typing.stop", channel });
  }

  /** Posting ends it by itself. */
  posted(): void {
    this.#channel = undefined;
    this.#saidAt = -Infinity;
  }
}

export class OwnPresence {
  readonly #around: OwnSurroundings;
  readonly #onChange: () => void;
  #seenAt: number;
  #timer: unknown;
  away = false;

  constructor(around: OwnSurroundings, onChange: () => void) {
    this.#around = around;
    this.#onChange = onChange;
    this.#seenAt = around.now();
    this.#plan(AWAY_MS);
  }

  /** Somebody is there: a key, a pointer, a look. Called often. */
  seen(): void {
    this.#seenAt = this.#around.now();
    if (this.away) this.#become(false);
  }

  /** A new connection counts as somebody there. */
  greeted(): void {
    if (this.away) this.#around.send({ type: "presence.set", status: "away" });
  }

  stop(): void {
    this.#around.clearTimeout(this.#timer);
  }

  #plan(ms: number): void {
    this.#around.clearTimeout(this.#timer);
    this.#timer = this.#around.setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const left = this.#seenAt + AWAY_MS - this.#around.now();
    if (left > 0) this.#plan(left);
    else this.#become(true);
  }

  #become(away: boolean): void {
    this.away = away;
    if (!away) this.#plan(AWAY_MS);
    this.#around.send({ type: "presence.set", status: away ? "away" : "online" });
    this.#onChange();
  }
}
