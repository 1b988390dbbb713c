/**
 * Where the files of unsent messages wait over a reload: IndexedDB, for each user. What cannot be kept is not: no method
 * raises, and an upload goes on without it as long as the page lives.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { UploadItem } from "./uploads.ts";

export interface KeptUpload<F> {
  item: UploadItem<F>;
  /** Absent where the file was too big to keep. */
  blob?: Blob | undefined;
}

export interface UploadStore<F> {
  load(): Promise<KeptUpload<F>[]>;
  find(key: string): Promise<UploadItem<F> | undefined>;
  keep(item: UploadItem<F>, blob: Blob | undefined): Promise<void>;
  drop(key: string): Promise<void>;
  clear(): Promise<void>;
}

interface Schema extends DBSchema {
  items: { key: [user: string, key: string]; value: { user: string; key: string; item: UploadItem } };
  blobs: { key: [user: string, key: string]; value: { user: string; key: string; blob: Blob } };
}

type Database = IDBPDatabase<Schema>;

const NAME = "hubbub uploads";
const OPEN_MS = 2_000;
/** Bigger ones are not copied into the browser's store: after a reload they are to be chosen again. */
export const KEPT_BYTES = 128 << 20;

export class KeptUploads<F> implements UploadStore<F> {
  readonly #user: string;
  readonly #database: Promise<Database | undefined>;
  /** Blobs that are in the database: they are written once. */
  readonly #written = new Set<string>();

  constructor(user: string) {
    this.#user = user;
    this.#database = open();
  }

  async load(): Promise<KeptUpload<F>[]> {
    const kept = await this.#try(async (database) => {
      const [items, blobs] = await Promise.all([
        database.getAll("items", this.#all()),
        database.getAll("blobs", this.#all()),
      ]);
      const byKey = new Map(blobs.map(({ key, blob }) => [key, blob]));
      return items.map(({ key, item }) => ({ item: item as UploadItem<F>, blob: byKey.get(key) }));
    });
    for (const { item, blob } of kept ?? []) if (blob) this.#written.add(item.key);
    return kept ?? [];
  }

  async find(key: string): Promise<UploadItem<F> | undefined> {
    const kept = await this.#try((database) => database.get("items", [this.#user, key]));
    return kept?.item as UploadItem<F> | undefined;
  }

  async keep(item: UploadItem<F>, blob: Blob | undefined): Promise<void> {
    const { key } = item;
    await this.#try((database) => database.put("items", { user: this.#user, key, item }));
    if (!blob || blob.size > KEPT_BYTES || this.#written.has(key)) return;
    this.#written.add(key);
    await this.#try((database) => database.put("blobs", { user: this.#user, key, blob }));
  }

  async drop(key: string): Promise<void> {
    this.#written.delete(key);
    await this.#try((database) => database.delete("items", [this.#user, key]));
    await this.#try((database) => database.delete("blobs", [this.#user, key]));
  }

  async clear(): Promise<void> {
    this.#written.clear();
    await this.#try((database) => database.delete("items", this.#all()));
    await this.#try((database) => database.delete("blobs", this.#all()));
  }

  #all(): IDBKeyRange {
    return IDBKeyRange.bound([this.#user], [this.#user, []]);
  }

  async #try<T>(call: (database: Database) => Promise<T>): Promise<T | undefined> {
    const database = await this.#database;
    try {
      return database && (await call(database));
    } catch {
      return undefined; // full, or closed by the browser
    }
  }
}

async function open(): Promise<Database | undefined> {
  try {
    const opened = openDB<Schema>(NAME, 1, {
      upgrade: (database) => {
        database.createObjectStore("items", { keyPath: ["user", "key"] });
        database.createObjectStore("blobs", { keyPath: ["user", "key"] });
      },
      blocking: (_from, _to, event) => (event.target as unknown as IDBDatabase).close(),
    });
    return await Promise.race([opened, new Promise<undefined>((resolve) => setTimeout(resolve, OPEN_MS))]);
  } catch {
    return undefined;
  }
}
