/**
 * Posts on their way out: shown at once, sent in order, once only.
 *
 * Invariants:
 * 1. A post keeps its key however often it is sent, so the server stores it once.
 * 2. Posts of one channel go out one after the other: what was written first is stored first.
 * 3. A post leaves the outbox when its event is in the state (with its own key, or its seq passed), or by the
 *    writer's hand; never because of a failure.
 */

import { Refusal } from "./api_client.ts";
import type { Ok, Snapshot } from "./protocol.gen.ts";

/** waiting: not yet answered · sent: stored, its event is still to come · failed: refused, the writer decides. */
export type OutboxStatus = "waiting" | "sent" | "failed";

export interface OutboxItem {
  key: string;
  channel: string;
  text: string;
  /** When it was written, in milliseconds since 1970. */
  at: number;
  status: OutboxStatus;
  /** Why it failed: a code of the error table. */
  error?: string;
  /** Set once sent. */
  seq?: number;
  number?: number;
}

export interface OutboxSurroundings {
  send(item: OutboxItem): Promise<Ok>;
  onChange(items: readonly OutboxItem[]): void;
  setTimeout(call: () => void, ms: number): unknown;
  now(): number;
  newKey(): string;
}

/** Waiting posts are bounded: beyond this something is wrong, and the writer should know at once. */
export const OUTBOX_MOST = 100;
const RETRY_MS = 2_000;

export class Outbox {
  #around: OutboxSurroundings;
  #items: readonly OutboxItem[];
  #sending = new Set<string>();

  constructor(around: OutboxSurroundings, items: readonly OutboxItem[] = []) {
    this.#around = around;
    this.#items = items;
  }

  get items(): readonly OutboxItem[] {
    return this.#items;
  }

  /** Takes a post; false when there is no room for more. `key` is the compose form's, where it has one. */
  post(channel: string, text: string, key = this.#around.newKey()): boolean {
    if (this.#items.length >= OUTBOX_MOST || this.#items.some((item) => item.key === key)) return false;
    this.#set([...this.#items, { key, channel, text, at: this.#around.now(), status: "waiting" }]);
    this.pump();
    return true;
  }

  /** Sends what waits: the first of every channel that has none under way. To be called when connected. */
  pump(): void {
    for (const item of this.#items) {
      if (item.status === "waiting" && !this.#sending.has(item.channel)) {
        this.#sending.add(item.channel);
        void this.#send(item);
      }
    }
  }

  retry(key: string): void {
    this.#change(key, { status: "waiting", error: undefined });
    this.pump();
  }

  discard(key: string): void {
    this.#set(this.#items.filter((item) => item.key !== key));
  }

  /** Drops what the state already shows. To be called whenever the state has changed. */
  settle(state: Snapshot): void {
    const left = this.#items.filter((item) => !isIn(state, item));
    if (left.length < this.#items.length) this.#set(left);
  }

  async #send(item: OutboxItem): Promise<void> {
    let again: number | undefined;
    try {
      const ok = await this.#around.send(item);
      this.#change(item.key, { status: "sent", seq: ok.seq, number: ok.number });
    } catch (error) {
      again = this.#fail(item, error);
    }
    const release = () => {
      this.#sending.delete(item.channel);
      this.pump();
    };
    if (again === undefined) release();
    else if (again === Infinity) this.#sending.delete(item.channel);
    else this.#around.setTimeout(release, again);
  }

  /** In how many milliseconds to try again; Infinity: when connected again; undefined: not by itself. */
  #fail(item: OutboxItem, error: unknown): number | undefined {
    const refusal = error instanceof Refusal ? error : new Refusal("unknown");
    if (refusal.code === "disconnected") return Infinity;
    if (refusal.retry) return (refusal.retryAfter ?? 0) * 1000 || RETRY_MS;
    this.#change(item.key, { status: "failed", error: refusal.code });
    return undefined;
  }

  #change(key: string, changes: Partial<OutboxItem>): void {
    this.#set(this.#items.map((item) => (item.key === key ? { ...item, ...changes } : item)));
  }

  #set(items: readonly OutboxItem[]): void {
    this.#items = items;
    this.#around.onChange(items);
  }
}

function isIn(state: Snapshot, item: OutboxItem): boolean {
  if (item.seq !== undefined) {
    const summary = state.channels.find((channel) => channel.id === item.channel);
    if (!summary || summary.seq >= item.seq) return true;
  }
  if (state.room?.channel.id !== item.channel) return false;
  return state.room.lines.some((line) => line.type === "message.posted" && line.key === item.key);
}
