import { expect, test } from "vitest";

import { Refusal } from "@/lib/api_client";
import { PIECE_BYTES, type Progress, TRAY_MOST, type UploadItem, Uploads, type UploadTransport } from "@/lib/uploads";
import type { KeptUpload, UploadStore } from "@/lib/uploads_store";

type Whole = string;

/** A server that keeps what it was sent, and can be made to refuse the next calls. */
class Server implements UploadTransport<Whole> {
  readonly files = new Map<string, { size: number; bytes: number }>();
  readonly offsets: number[] = [];
  trouble: Refusal[] = [];
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

  async send(upload: string, offset: number, piece: Blob): Promise<Progress<Whole>> {
    this.offsets.push(offset);
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
  keep = async (item: UploadItem<Whole>, blob: Blob | undefined) =>
    void this.kept.set(item.key, { item, blob: this.withoutBlobs ? undefined : blob });
  drop = async (key: string) => void this.kept.delete(key);
  clear = async () => this.kept.clear();
}

function open(server = new Server(), store = new Memory()) {
  const pauses: (() => void)[] = [];
  let key = store.kept.size;
  const uploads = new Uploads<Whole>({
    store,
    transport: server,
    setTimeout: (call) => pauses.push(call),
    random: () => 0.5,
    newKey: () => `key-${++key}`,
  });
  return { uploads, server, store, pauses };
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
