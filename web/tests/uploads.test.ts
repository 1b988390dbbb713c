import { expect, test } from "vitest";

import { Refusal } from "@/lib/api_client";
import {
  PIECE_BYTES,
  type Progress,
  STALLED_MS,
  TRAY_MOST,
  type UploadItem,
  type UploadNews,
  Uploads,
  type UploadTransport,
} from "@/lib/uploads";
import type { KeptUpload, UploadStore } from "@/lib/uploads_store";

type Whole = string;

/** A server that keeps what it was sent, and can be made to refuse the next calls. */
class Server implements UploadTransport<Whole> {
  readonly files = new Map<string, { size: number; bytes: number }>();
  readonly offsets: number[] = [];
  trouble: Refusal[] = [];
  /** Takes requests and answers none. */
  silent = false;
  /** Bytes it keeps of a piece that is then cut off. */
  keptOfCut = 0;

  async begin({ size }: Pick<UploadItem, "size">): Promise<Progress<Whole> & { upload: string }> {
    this.#stumble();
    const upload = `U${this.files.size + 1}`;
    this.files.set(upload, { size, bytes: 0 });
    return { upload, offset: 0 };
  }

  async look(upload: string): Promise<Progress<Whole> | undefined> {
    const file = this.files.get(upload);
    return file && { offset: file.bytes, file: file.bytes === file.size ? upload : undefined };
  }

  async wait(upload: string): Promise<Progress<Whole>> {
    return { offset: this.files.get(upload)?.size ?? 0, file: upload };
  }

  async send(upload: string, offset: number, piece: Blob, signal: AbortSignal): Promise<Progress<Whole>> {
    this.offsets.push(offset);
    if (this.silent)
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("cut"))));
    const file = this.files.get(upload);
    if (!file || file.bytes !== offset) throw new Refusal("wrong_offset", true);
    if (this.trouble.length > 0) file.bytes += this.keptOfCut;
    this.#stumble();
    file.bytes += piece.size;
    return { offset: file.bytes };
  }

  async drop(upload: string): Promise<void> {
    this.files.delete(upload);
  }

  #stumble(): void {
    const refusal = this.trouble.shift();
    if (refusal) throw refusal;
  }
}

class Memory implements UploadStore<Whole> {
  readonly kept = new Map<string, KeptUpload<Whole>>();
  /** As for files too big to keep. */
  withoutBlobs = false;
  load = async () => [...this.kept.values()];
  find = async (key: string) => this.kept.get(key)?.item;
  keep = async (item: UploadItem<Whole>, blob: Blob | undefined) =>
    void this.kept.set(item.key, { item, blob: this.withoutBlobs ? undefined : blob });
  drop = async (key: string) => void this.kept.delete(key);
  clear = async () => this.kept.clear();
}

/** What the tabs of one browser share. */
class Browser {
  readonly tabs: Uploads<Whole>[] = [];
  readonly held = new Map<string, Promise<void>>();

  tell(from: Uploads<Whole>, news: UploadNews<Whole>): void {
    for (const tab of this.tabs) if (tab !== from) tab.hear(structuredClone(news));
  }

  async claim(key: string, call: () => Promise<void>): Promise<boolean> {
    if (this.held.has(key)) return false;
    const running = call();
    this.held.set(key, running);
    await running.finally(() => this.held.delete(key));
    return true;
  }

  freed = async (key: string) => this.held.get(key);
}

function open(server = new Server(), store = new Memory(), browser = new Browser()) {
  const pauses: (() => void)[] = [];
  const stalls: (() => void)[] = [];
  let key = store.kept.size;
  const uploads: Uploads<Whole> = new Uploads<Whole>({
    store,
    transport: server,
    tell: (news) => browser.tell(uploads, news),
    claim: (upload, call) => browser.claim(upload, call),
    freed: browser.freed,
    setTimeout: (call, ms) => (ms === STALLED_MS ? stalls : pauses).push(call),
    clearTimeout: () => undefined,
    random: () => 0.5,
    newKey: () => `key-${++key}`,
  });
  browser.tabs.push(uploads);
  return { uploads, server, store, pauses, stalls, browser };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

const picture = (name = "a.png", size = 10) =>
  new File(["x".repeat(size)], name, { type: "image/png", lastModified: 5 });

test("a file goes up in pieces, each from where the server is", async () => {
  const { uploads, server } = open();
  uploads.add("HALL", [picture("big.bin", PIECE_BYTES + 3)]);
  await settled();
  expect(server.offsets).toEqual([0, PIECE_BYTES]);
  expect(uploads.items()[0]).toMatchObject({ status: "done", file: "U1", sent: PIECE_BYTES + 3 });
});

test("after a cut it goes on from what the server kept", async () => {
  const { uploads, server, pauses } = open();
  server.trouble = [];
  uploads.add("HALL", [picture()]);
  await Promise.resolve();
  server.keptOfCut = 4;
  server.trouble = [new Refusal("unreachable", true)];
  await settled();
  expect(uploads.items()[0]?.status).toBe("sending");
  pauses[0]?.();
  await settled();
  expect(server.offsets).toEqual([0, 4]);
  expect(uploads.items()[0]?.status).toBe("done");
});

test("a refusal is shown and nothing is tried again before the writer says so", async () => {
  const { uploads, server, pauses } = open();
  server.trouble = [new Refusal("file_too_big")];
  uploads.add("HALL", [picture()]);
  await settled();
  expect(uploads.items()[0]).toMatchObject({ status: "failed", error: "file_too_big" });
  expect(pauses).toEqual([]);
  uploads.retry("key-1");
  await settled();
  expect(uploads.items()[0]?.status).toBe("done");
});

test("what is taken out is gone from the server too", async () => {
  const { uploads, server, store } = open();
  uploads.add("HALL", [picture()]);
  await settled();
  uploads.remove("key-1");
  await settled();
  expect([uploads.items().length, server.files.size, store.kept.size]).toEqual([0, 0, 0]);
});

test("there is a bound to what waits, and the rest is given back", async () => {
  const { uploads } = open();
  const many = Array.from({ length: TRAY_MOST + 2 }, (_, index) => picture(`${index}.png`));
  expect(uploads.add("HALL", many).map(({ name }) => name)).toEqual(["10.png", "11.png"]);
  expect(uploads.add("DEN", [picture()])).toEqual([]);
  await settled();
});

test("the next page goes on with what a page left", async () => {
  const server = new Server();
  const before = open(server);
  server.trouble = [new Refusal("unreachable", true)];
  before.uploads.add("HALL", [picture()]);
  before.uploads.describe("key-1", "A cup");
  await settled();
  const after = open(server, before.store);
  await after.uploads.begin();
  await settled();
  expect(after.uploads.items()[0]).toMatchObject({ status: "done", alt: "A cup", file: "U1" });
});

test("a file that could not be kept is asked for, and goes on when it is chosen again", async () => {
  const server = new Server();
  const before = open(server);
  before.store.withoutBlobs = true;
  server.trouble = [new Refusal("unreachable", true)];
  before.uploads.add("HALL", [picture()]);
  await settled();
  const after = open(server, before.store);
  await after.uploads.begin();
  expect(after.uploads.items()[0]?.status).toBe("lost");
  after.uploads.add("HALL", [picture()]);
  await settled();
  expect(after.uploads.items()).toHaveLength(1);
  expect(after.uploads.items()[0]?.status).toBe("done");
});

test("files change places, and are kept so", async () => {
  const { uploads, store } = open();
  uploads.add("HALL", [picture("a.png"), picture("b.png")]);
  await settled();
  uploads.move("key-2", -1);
  expect(uploads.items().map(({ name }) => name)).toEqual(["b.png", "a.png"]);
  const after = open(new Server(), store);
  await after.uploads.begin();
  expect(after.uploads.items().map(({ name }) => name)).toEqual(["b.png", "a.png"]);
});

test("two tabs that have the same file send it once, and both know when it is there", async () => {
  const one = open();
  one.server.silent = true;
  one.uploads.add("HALL", [picture()]);
  await settled();
  const other = open(one.server, one.store, one.browser);
  await other.uploads.begin();
  await settled();
  expect(other.uploads.items()[0]?.status).toBe("waiting");
  expect([one.server.files.size, one.server.offsets]).toEqual([1, [0]]);
  one.server.silent = false;
  one.stalls[0]?.();
  await settled();
  one.pauses[0]?.();
  await settled();
  for (const { uploads } of [one, other]) expect(uploads.items()[0]).toMatchObject({ status: "done", file: "U1" });
  expect(one.server.files.size).toBe(1);
});

test("what is posted or taken out in one tab is gone from the other", async () => {
  const one = open();
  one.uploads.add("HALL", [picture("a.png"), picture("b.png")]);
  await settled();
  const other = open(one.server, one.store, one.browser);
  await other.uploads.begin();
  other.uploads.posted(["key-1"]);
  one.uploads.remove("key-2");
  expect([one.uploads.items(), other.uploads.items()]).toEqual([[], []]);
});

test("a file that went away in another tab while this one did not listen is not sent again", async () => {
  const { server, store } = open();
  const item = { key: "key-1", channel: "HALL", name: "a.png", type: "image/png", size: 10, modified: 5, alt: "" };
  store.kept.set("key-1", { item: { ...item, order: 1, status: "waiting", sent: 0 }, blob: picture() });
  const other = open(server, store);
  store.find = async () => undefined;
  await other.uploads.begin();
  await settled();
  expect([other.uploads.items(), server.files.size]).toEqual([[], 0]);
});

test("a line on which nothing moves is given up, and the file goes on from what the server has", async () => {
  const { uploads, server, pauses, stalls } = open();
  server.silent = true;
  uploads.add("HALL", [picture()]);
  await settled();
  expect(server.offsets).toEqual([0]);
  server.silent = false;
  stalls[0]?.();
  await settled();
  expect(uploads.items()[0]?.status).toBe("sending");
  pauses[0]?.();
  await settled();
  expect(uploads.items()[0]).toMatchObject({ status: "done", file: "U1" });
});
