/**
 * Posts on their way out: shown at once, kept over reloads and crashes, sent in order, once only.
 *
 * Invariants:
 * 1. A post keeps its key however often it is sent, so the server stores it once.
 * 2. Posts of one channel go out one after the other: what was written first is stored first.
 * 3. A post leaves the outbox when its event is in the state (with its own key, or its seq passed), or by the
 *    writer's hand; never because of a failure, unless they are not in its channel any more.
 * 4. A post is in the store before it is sent, and until the server has it.
 * 5. All tabs have the same posts, and any of them may send: one at a time per channel, and only what the store still
 *    holds. Where tabs cannot wait for each other, the key makes a second sending harmless.
 */

import { Refusal } from "./api_client.ts";
import type { OutboxStore } from "./outbox_store.ts";
import type { NewPart, Ok, Part, Quote, Snapshot } from "./protocol.gen.ts";

/** waiting: not yet answered · sent: stored, its event is still to come · failed: refused, the writer decides. */
export type OutboxStatus = "waiting" | "sent" | "failed";

/** What a post has besides its text. */
export interface PostExtras {
  parts?: NewPart[];
  /** The number of the message it answers. */
  reply?: number;
  /** The number of the message in whose thread it is a reply. */
  thread?: number;
  /** How both look until the message is back. */
  shown?: { parts?: Part[]; reply?: Quote };
}

export interface OutboxItem extends PostExtras {
  key: string;
  channel: string;
  text: string;
  /** When it was written, in milliseconds since 1970; also their order. */
  at: number;
  status: OutboxStatus;
  /** Why it failed: a code of the error table. */
  error?: string;
  /** Set once sent. */
  seq?: number;
  number?: number;
}

/** What tabs tell each other. */
export type OutboxNews =
  | { kind: "kept"; item: OutboxItem }
  | { kind: "sent"; key: string; seq?: number; number?: number }
  | { kind: "dropped"; key: string }
  | { kind: "emptied" };

export interface OutboxSurroundings {
  store: OutboxStore;
  send(item: OutboxItem): Promise<Ok>;
  onChange(items: readonly OutboxItem[]): void;
  tell(news: OutboxNews): void;
  /** Runs `call` while no other tab sends to this channel; see Tabs.alone. */
  alone(channel: string, most: number, call: () => Promise<void>): Promise<void>;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  now(): number;
  random(): number;
  newKey(): string;
}

/** Waiting posts are bounded: beyond this something is wrong, and the writer should know at once. */
export const OUTBOX_MOST = 100;
/** So long a tab waits for its turn; a request is given up before. */
const TURN_MS = 30_000;
/** Another tab's post is its own business for so long. */
export const THEIRS_MS = 5_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 20_000;

/** A pause before a channel's next try. A short one ends when the connection is back, one the server asked for not. */
interface Rest {
  timer: unknown;
  asked: boolean;
}

export class Outbox {
  readonly #around: OutboxSurroundings;
  #items: readonly OutboxItem[] = [];
  #loaded = false;
  #state: () => Snapshot | undefined = () => undefined;
  #lastAt = 0;
  #failures = 0;
  /** Under way to the store. */
  readonly #keeping = new Map<string, Promise<void>>();
  /** Channels with a post under way. */
  readonly #sending = new Set<string>();
  readonly #resting = new Map<string, Rest>();

  constructor(around: OutboxSurroundings) {
    this.#around = around;
  }

  get items(): readonly OutboxItem[] {
    return this.#items;
  }

  /** Takes up what an earlier page left unsent; nothing is sent before. `state` is asked when that is known. */
  async begin(state: () => Snapshot | undefined): Promise<void> {
    this.#state = state;
    const kept = await this.#around.store.load();
    this.#loaded = true;
    const known = state();
    const left = kept.filter((item) => !this.#find(item.key) && !(known && isIn(known, item)));
    for (const item of kept) {
      this.#lastAt = Math.max(this.#lastAt, item.at);
      if (known && isIn(known, item)) void this.#around.store.drop(item.key);
    }
    if (left.length > 0) this.#set([...left, ...this.#items]);
    this.pump();
  }

  /** Takes a post; false when there is no room for more. */
  post(channel: string, text: string, extras: PostExtras = {}): boolean {
    const key = this.#around.newKey();
    if (this.#items.length >= OUTBOX_MOST) return false;
    this.#lastAt = Math.max(this.#around.now(), this.#lastAt + 1);
    const item: OutboxItem = { ...extras, key, channel, text, at: this.#lastAt, status: "waiting" };
    this.#set([...this.#items, item]);
    this.#keep(item);
    this.pump();
    return true;
  }

  /** Sends what waits, in every channel where nothing is under way. */
  pump(): void {
    if (!this.#loaded) return;
    for (const { channel, status } of this.#items) {
      if (status !== "waiting" || this.#sending.has(channel) || this.#resting.has(channel)) continue;
      this.#sending.add(channel);
      void this.#drain(channel);
    }
  }

  /** The connection is back: what only waited for that is sent now. */
  wake(): void {
    for (const [channel, { timer, asked }] of this.#resting) {
      if (asked) continue;
      this.#around.clearTimeout(timer);
      this.#resting.delete(channel);
    }
    this.#failures = 0;
    this.pump();
  }

  retry(key: string): void {
    this.#mark(key, { status: "waiting", error: undefined });
    this.pump();
  }

  discard(key: string): void {
    this.#remove(key);
    void this.#around.store.drop(key);
    this.#around.tell({ kind: "dropped", key });
  }

  /** Drops what the state already shows. To be called whenever the state has changed. */
  settle(state: Snapshot): void {
    const done = this.#items.filter((item) => isIn(state, item));
    if (done.length === 0) return;
    for (const { key, status } of done) if (status !== "sent") void this.#around.store.drop(key);
    this.#set(this.#items.filter((item) => !done.includes(item)));
  }

  /** What another tab told. */
  hear(news: OutboxNews): void {
    switch (news.kind) {
      case "kept":
        return this.#adopt(news.item);
      case "sent":
        return this.#sent(news.key, news);
      case "dropped":
        return this.#remove(news.key);
      case "emptied":
        return this.#set([]);
    }
  }

  /** Forgets everything, in all tabs: at the log-out. */
  async empty(): Promise<void> {
    this.#set([]);
    this.#around.tell({ kind: "emptied" });
    await Promise.all(this.#keeping.values());
    await this.#around.store.clear();
  }

  // --- sending -----------------------------------------------------------------------------------------------------

  /** Sends a channel's waiting posts one after the other, until there is none or one has to wait. */
  async #drain(channel: string): Promise<void> {
    let going = true;
    await this.#around.alone(channel, TURN_MS, async () => {
      for (let item = this.#first(channel); item && going; item = this.#first(channel)) going = await this.#send(item);
    });
    this.#sending.delete(channel);
    if (going) this.pump(); // written in between
  }

  #first(channel: string): OutboxItem | undefined {
    return this.#items.find((item) => item.channel === channel && item.status === "waiting");
  }

  /** Whether to go on with the next. */
  async #send(item: OutboxItem): Promise<boolean> {
    const { key, channel } = item;
    await this.#keeping.get(key);
    // While this tab waited for its turn another one may have sent it, or its writer thought better of it.
    if (!(await this.#around.store.holds(key))) return this.#gone(key);
    if (!this.#find(key)) return true;
    try {
      const { seq, number } = await this.#around.send(item);
      this.#failures = 0;
      this.#sent(key, { seq, number });
      this.#around.tell({ kind: "sent", key, seq, number });
      await this.#around.store.drop(key);
      return true;
    } catch (error) {
      const pause = this.#fail(key, error instanceof Refusal ? error : new Refusal("unknown"));
      if (pause === undefined) return true;
      const rest = () => {
        this.#resting.delete(channel);
        this.pump();
      };
      this.#resting.set(channel, { timer: this.#around.setTimeout(rest, pause.ms), asked: pause.asked });
      return false;
    }
  }

  #sent(key: string, { seq, number }: Pick<Ok, "seq" | "number">): void {
    this.#change(key, { status: "sent", seq, number });
    // A post that is sent again may have been stored long ago: no event of it is still to come.
    const state = this.#state();
    if (state) this.settle(state);
  }

  #gone(key: string): true {
    if (this.#find(key)?.status === "waiting") this.#remove(key);
    return true;
  }

  /** How long to wait before the next try; undefined: there is none, the writer decides. */
  #fail(key: string, refusal: Refusal): { ms: number; asked: boolean } | undefined {
    const { code, retry, retryAfter } = refusal;
    if (!retry && code !== "not_logged_in") {
      this.#mark(key, { status: "failed", error: code });
      return undefined;
    }
    if (retryAfter) return { ms: retryAfter * 1000, asked: true };
    const most = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(this.#failures++, 16));
    return { ms: most / 2 + (this.#around.random() * most) / 2, asked: false };
  }

  // --- the items ---------------------------------------------------------------------------------------------------

  #find(key: string): OutboxItem | undefined {
    return this.#items.find((item) => item.key === key);
  }

  #adopt(item: OutboxItem): void {
    const known = this.#find(item.key);
    if (known?.status === "sent") return;
    this.#lastAt = Math.max(this.#lastAt, item.at);
    const others = this.#items.filter((each) => each.key !== item.key);
    this.#set([...others, item].sort((one, other) => one.at - other.at));
    if (item.status === "waiting") this.#around.setTimeout(() => this.pump(), THEIRS_MS);
  }

  #keep(item: OutboxItem): void {
    const keeping = this.#around.store.keep(item).then(() => void this.#keeping.delete(item.key));
    this.#keeping.set(item.key, keeping);
    this.#around.tell({ kind: "kept", item });
  }

  /** A change that has to outlive the page. */
  #mark(key: string, changes: Partial<OutboxItem>): void {
    this.#change(key, changes);
    const item = this.#find(key);
    if (item) this.#keep(item);
  }

  #change(key: string, changes: Partial<OutboxItem>): void {
    if (!this.#find(key)) return;
    this.#set(this.#items.map((item) => (item.key === key ? { ...item, ...changes } : item)));
  }

  #remove(key: string): void {
    if (this.#find(key)) this.#set(this.#items.filter((item) => item.key !== key));
  }

  #set(items: readonly OutboxItem[]): void {
    this.#items = items;
    this.#around.onChange(items);
  }
}

function isIn(state: Snapshot, item: OutboxItem): boolean {
  const summary = state.channels.find((channel) => channel.id === item.channel);
  if (item.seq !== undefined && (!summary || summary.seq >= item.seq)) return true;
  if (state.room?.channel.id !== item.channel) return item.status === "failed" && !summary;
  const lines = item.thread ? (state.thread?.lines ?? []) : state.room.lines;
  return lines.some((line) => line.type === "message.posted" && line.key === item.key);
}
