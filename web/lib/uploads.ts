/**
 * Files on their way up: begun at once, in pieces, gone on with after a cut or a reload, before their message is sent.
 *
 * Invariants:
 * 1. A file keeps its place in the tray, its words and its upload's id until its message is sent or the writer takes it
 *    out; a failure alone never removes it.
 * 2. Every byte is sent from the offset the server names, so that nothing is missing and nothing doubled.
 * 3. At most `AT_ONCE` go up at the same time, of at most `TRAY_MOST` in a channel's tray.
 * 4. What is kept over a reload is said: a file too big for the browser's store comes back as `lost`, and goes on from
 *    where it was when the same file is chosen again.
 * 5. Tabs that have the same file send it once: one of them at a time, and what is sent, done or taken out in one is so
 *    in all.
 */

import { Refusal } from "./api_client.ts";
import type { UploadStore } from "./uploads_store.ts";

/** waiting: for its turn or the network · sending · done: the server has it · failed: refused · lost: only its name is left. */
export type UploadStatus = "waiting" | "sending" | "done" | "failed" | "lost";

/** What a recording brings along. */
export interface Recording {
  /** In milliseconds. */
  duration: number;
  /** Loudness from 0 to 100, at equal distances. */
  waveform: number[];
}

/** What is known of a video: pixels, milliseconds, and the file of one of its pictures. */
export interface Film {
  width: number;
  height: number;
  duration: number;
  poster?: string;
}

/** `F` is what the server answers for a whole file. */
export interface UploadItem<F = unknown> {
  key: string;
  channel: string;
  name: string;
  type: string;
  size: number;
  modified: number;
  /** What is to be seen, in words. */
  alt: string;
  /** Its place in the tray. */
  order: number;
  status: UploadStatus;
  /** Bytes the server has, as far as is known here. */
  sent: number;
  /** The upload's id, once begun. */
  upload?: string;
  error?: string;
  file?: F;
  voice?: Recording;
  film?: Film;
}

export interface Progress<F> {
  offset: number;
  /** Set once it is whole. */
  file?: F;
}

/** The server's side; every method raises `Refusal`. */
export interface UploadTransport<F> {
  begin(
    file: Pick<UploadItem, "name" | "type" | "size" | "channel">,
    signal: AbortSignal,
  ): Promise<Progress<F> & { upload: string }>;
  /** Where an upload stands; undefined when the server knows it no more. */
  look(upload: string, signal: AbortSignal): Promise<Progress<F> | undefined>;
  send(
    upload: string,
    offset: number,
    piece: Blob,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Progress<F>>;
  /** Where it stands when a moment has passed. */
  wait(upload: string, signal: AbortSignal): Promise<Progress<F>>;
  drop(upload: string): Promise<void>;
}

/** What tabs tell each other of files that both have. */
export type UploadNews<F> =
  { kind: "kept"; item: UploadItem<F> } | { kind: "dropped"; key: string } | { kind: "emptied" };

export interface UploadSurroundings<F> {
  store: UploadStore<F>;
  transport: UploadTransport<F>;
  tell(news: UploadNews<F>): void;
  /** Runs `call` unless another tab sends this file; gives whether it did. See Tabs.claim. */
  claim(key: string, call: () => Promise<void>): Promise<boolean>;
  /** Waits until no other tab sends it. */
  freed(key: string): Promise<void>;
  film?(video: Blob, signal: AbortSignal): Promise<Film | undefined>;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  random(): number;
  newKey(): string;
}

export const AT_ONCE = 2;
export const TRAY_MOST = 10;
/** One request's bytes: small enough to lose on a bad line, large enough to cost little. */
export const PIECE_BYTES = 4 << 20;
/** No byte gone, and no answer, for so long: the line is dead, whatever the browser thinks of it. */
export const STALLED_MS = 30_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 15_000;

export class Uploads<F> {
  readonly #around: UploadSurroundings<F>;
  readonly #blobs = new Map<string, Blob>();
  readonly #going = new Map<string, AbortController>();
  /** Those another tab is sending. */
  readonly #elsewhere = new Set<string>();
  /** Those that came from the store. */
  readonly #loaded = new Set<string>();
  /** Tries without a byte gone up since. */
  readonly #failures = new Map<string, number>();
  readonly #subscribers = new Set<() => void>();
  #items: readonly UploadItem<F>[] = [];
  #order = 0;

  constructor(around: UploadSurroundings<F>) {
    this.#around = around;
  }

  subscribe = (call: () => void): (() => void) => {
    this.#subscribers.add(call);
    return () => this.#subscribers.delete(call);
  };

  /** In the order of the tray; a new array whenever something changed. */
  items = (): readonly UploadItem<F>[] => this.#items;

  /** What the tray may do, bound to this. */
  readonly actions = {
    blobOf: (key: string) => this.blobOf(key),
    describe: (key: string, alt: string) => this.describe(key, alt),
    move: (key: string, by: -1 | 1) => this.move(key, by),
    retry: (key: string) => this.retry(key),
    remove: (key: string) => this.remove(key),
  };

  blobOf(key: string): Blob | undefined {
    return this.#blobs.get(key);
  }

  /** Takes up what an earlier page left. */
  async begin(): Promise<void> {
    const kept = await this.#around.store.load();
    const left = kept.filter(({ item }) => !this.#find(item.key));
    for (const { item, blob } of left) {
      this.#order = Math.max(this.#order, item.order);
      this.#loaded.add(item.key);
      if (blob) this.#blobs.set(item.key, blob);
    }
    const items = left.map(({ item, blob }) => ({ ...item, status: statusAfterReload(item, blob) }));
    if (items.length > 0) this.#set([...items, ...this.#items]);
    this.#pump();
  }

  /** Puts files into a channel's tray; those there is no room for are given back. */
  add(channel: string, files: readonly File[], voice?: Recording): File[] {
    let room = TRAY_MOST - this.#items.filter((item) => item.channel === channel).length;
    const refused: File[] = [];
    for (const file of files) {
      if (this.#takeUp(channel, file)) continue;
      if (room-- > 0) this.#put(channel, file, voice);
      else refused.push(file);
    }
    this.#pump();
    return refused;
  }

  describe(key: string, alt: string): void {
    this.#change(key, { alt });
    this.#keep(key);
  }

  /** Moves it by one place: -1 to the front. */
  move(key: string, by: -1 | 1): void {
    const item = this.#find(key);
    const row = this.#items.filter((each) => each.channel === item?.channel);
    const other = row[row.findIndex((each) => each.key === key) + by];
    if (!item || !other) return;
    this.#change(key, { order: other.order });
    this.#change(other.key, { order: item.order });
    this.#keep(key);
    this.#keep(other.key);
  }

  retry(key: string): void {
    this.#failures.delete(key);
    this.#change(key, { status: "waiting", error: undefined });
    this.#pump();
  }

  /** Takes it out; an upload that is under way ends, and the server forgets what it has of it. */
  remove(key: string): void {
    const upload = this.#find(key)?.upload;
    this.#going.get(key)?.abort();
    if (upload) this.#around.transport.drop(upload).catch(() => undefined);
    this.#forget(key);
  }

  /** Their message is on its way. */
  posted(keys: readonly string[]): void {
    for (const key of keys) this.#forget(key);
  }

  /** The network is back. */
  wake(): void {
    this.#failures.clear();
    this.#pump();
  }

  /** Before the log-out: nothing stays in the browser. */
  async empty(): Promise<void> {
    this.#clear();
    this.#around.tell({ kind: "emptied" });
    await this.#around.store.clear();
  }

  /** What another tab told. */
  hear(news: UploadNews<F>): void {
    switch (news.kind) {
      case "kept":
        return this.#adopt(news.item);
      case "dropped":
        this.#going.get(news.key)?.abort();
        return this.#lose(news.key);
      case "emptied":
        return this.#clear();
    }
  }

  #clear(): void {
    for (const control of this.#going.values()) control.abort();
    this.#blobs.clear();
    this.#set([]);
  }

  /** Of a file this tab has too: how far it has come there. */
  #adopt(item: UploadItem<F>): void {
    const { key, alt, order, upload, film } = item;
    if (this.#going.has(key)) return this.#change(key, { alt, order });
    const over = item.status === "done" || item.status === "failed";
    const came = over && { status: item.status, error: item.error, file: item.file, sent: item.sent };
    this.#change(key, { alt, order, upload, film, ...came });
  }

  // --- sending -----------------------------------------------------------------------------------------------------

  #pump(): void {
    for (const { key, status } of this.#items) {
      if (this.#going.size >= AT_ONCE) return;
      const here = this.#blobs.has(key) && !this.#going.has(key) && !this.#elsewhere.has(key);
      if (status === "waiting" && here) void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    const control = new AbortController();
    this.#going.set(key, control);
    const ours = await this.#around.claim(key, () => this.#carry(key, control));
    this.#going.delete(key);
    if (!ours) {
      this.#elsewhere.add(key);
      void this.#around.freed(key).then(() => {
        this.#elsewhere.delete(key);
        this.#pump();
      });
    }
    this.#pump();
  }

  /** While no other tab has it. */
  async #carry(key: string, control: AbortController): Promise<void> {
    const kept = await this.#around.store.find(key);
    // Since it was loaded another tab may have come to its end with it.
    if (!kept && this.#loaded.has(key)) return this.#lose(key);
    if (kept?.status === "done") return this.#change(key, { ...kept });
    if (kept?.upload) this.#change(key, { upload: kept.upload });
    this.#change(key, { status: "sending" });
    try {
      const file = await this.#sendAll(key, control.signal);
      const film = await this.#film(key, control.signal);
      this.#change(key, { status: "done", file, film, sent: this.#find(key)?.size ?? 0 });
      this.#keep(key);
    } catch (error) {
      if (!control.signal.aborted) this.#fail(key, error instanceof Refusal ? error : new Refusal("unknown"));
    }
  }

  /** The whole file; gives the server's answer to the last of its pieces. */
  async #sendAll(key: string, signal: AbortSignal): Promise<F> {
    const blob = this.#blobs.get(key);
    if (!blob) throw new Refusal("unknown");
    const started = await this.#start(key, signal);
    const { upload } = started;
    let { at } = started;
    // An empty file is sent, too: once.
    let touched = blob.size > 0;
    while (at.file === undefined) {
      const { offset } = at;
      if (offset >= blob.size && touched) {
        // All of it is there; the server still looks at what it is.
        at = await this.#around.transport.wait(upload, signal);
        continue;
      }
      touched = true;
      const piece = blob.slice(offset, offset + PIECE_BYTES);
      at = await this.#sendPiece(upload, offset, piece, signal, (bytes) => this.#change(key, { sent: offset + bytes }));
      this.#failures.delete(key);
      this.#change(key, { sent: at.offset });
    }
    return at.file;
  }

  /** One request; given up, to be gone on with, when nothing moves on the line any more. */
  async #sendPiece(
    upload: string,
    offset: number,
    piece: Blob,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Progress<F>> {
    const { transport, setTimeout, clearTimeout } = this.#around;
    const line = new AbortController();
    const stop = () => line.abort();
    const watch = () => setTimeout(() => line.abort(new Refusal("unreachable", true)), STALLED_MS);
    let watching = watch();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    try {
      return await transport.send(upload, offset, piece, line.signal, (bytes) => {
        clearTimeout(watching);
        watching = watch();
        onBytes(bytes);
      });
    } catch (error) {
      throw line.signal.reason instanceof Refusal ? line.signal.reason : error;
    } finally {
      clearTimeout(watching);
      signal.removeEventListener("abort", stop);
    }
  }

  /** A video's measures and one of its pictures, which only a browser can find out; it can be sent without. */
  async #film(key: string, signal: AbortSignal): Promise<Film | undefined> {
    const [item, blob] = [this.#find(key), this.#blobs.get(key)];
    if (!blob || !item?.type.startsWith("video/")) return item?.film;
    return item.film ?? this.#around.film?.(blob, signal).catch(() => undefined);
  }

  async #start(key: string, signal: AbortSignal): Promise<{ upload: string; at: Progress<F> }> {
    const item = this.#find(key);
    if (!item) throw new Refusal("unknown");
    const known = item.upload && (await this.#around.transport.look(item.upload, signal));
    if (item.upload && known) return { upload: item.upload, at: known };
    const { upload, ...at } = await this.#around.transport.begin(item, signal);
    this.#change(key, { upload });
    this.#keep(key);
    return { upload, at };
  }

  #fail(key: string, { code, retry, retryAfter }: Refusal): void {
    if (!retry) {
      this.#change(key, { status: "failed", error: code });
      return this.#keep(key);
    }
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const most = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 8));
    const ms = retryAfter ? retryAfter * 1000 : most / 2 + (this.#around.random() * most) / 2;
    // Not waiting yet: the queue would begin with it again at once.
    this.#change(key, { status: "sending" });
    this.#around.setTimeout(() => {
      if (this.#going.has(key) || this.#find(key)?.status !== "sending") return;
      this.#change(key, { status: "waiting" });
      this.#pump();
    }, ms);
  }

  // --- the items ---------------------------------------------------------------------------------------------------

  #find(key: string): UploadItem<F> | undefined {
    return this.#items.find((item) => item.key === key);
  }

  /** A file that was lost with a reload, chosen again: it goes on. */
  #takeUp(channel: string, file: File): boolean {
    const lost = this.#items.find(
      (item) =>
        item.status === "lost" && item.channel === channel && item.name === file.name && item.size === file.size,
    );
    if (!lost || lost.modified !== file.lastModified) return false;
    this.#blobs.set(lost.key, file);
    this.#change(lost.key, { status: "waiting" });
    return true;
  }

  #put(channel: string, file: File, voice: Recording | undefined): void {
    const key = this.#around.newKey();
    const { name, type, size, lastModified: modified } = file;
    this.#order += 1;
    this.#blobs.set(key, file);
    const item = { key, channel, name, type, size, modified, alt: "", order: this.#order, voice };
    this.#set([...this.#items, { ...item, status: "waiting", sent: 0 }]);
    this.#keep(key);
  }

  #keep(key: string): void {
    const item = this.#find(key);
    if (!item) return;
    void this.#around.store.keep(item, this.#blobs.get(key));
    this.#around.tell({ kind: "kept", item });
  }

  #forget(key: string): void {
    this.#lose(key);
    void this.#around.store.drop(key);
    this.#around.tell({ kind: "dropped", key });
  }

  #lose(key: string): void {
    this.#blobs.delete(key);
    this.#failures.delete(key);
    if (this.#find(key)) this.#set(this.#items.filter((item) => item.key !== key));
  }

  #change(key: string, changes: Partial<UploadItem<F>>): void {
    if (!this.#find(key)) return;
    this.#set(this.#items.map((item) => (item.key === key ? { ...item, ...changes } : item)));
  }

  #set(items: readonly UploadItem<F>[]): void {
    this.#items = [...items].sort((one, other) => one.order - other.order);
    for (const call of this.#subscribers) call();
  }
}

function statusAfterReload(item: UploadItem, blob: Blob | undefined): UploadStatus {
  if (item.status === "done" || item.status === "failed") return blob || item.file ? item.status : "lost";
  return blob ? "waiting" : "lost";
}
