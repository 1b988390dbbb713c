/**
 * Where posts wait that are not stored by the server yet: IndexedDB, one store for all tabs of this browser.
 *
 * Invariants:
 * 1. Nobody's posts are given to another user.
 * 2. What cannot be kept (a private window, a full disk) is held in memory, and is then as good as kept while the page
 *    lives: no method raises, and none waits for the database longer than `OPEN_MS`.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { OutboxItem } from "./outbox.ts";

/** What the outbox needs of a store; every call is about one user's posts. */
export interface OutboxStore {
  /** In the order they were written. */
  load(): Promise<OutboxItem[]>;
  keep(item: OutboxItem): Promise<void>;
  drop(key: string): Promise<void>;
  holds(key: string): Promise<boolean>;
  clear(): Promise<void>;
}

interface Schema extends DBSchema {
  outbox: { key: [user: string, key: string]; value: { user: string; key: string; item: OutboxItem } };
}

type Database = IDBPDatabase<Schema>;

const NAME = "hubbub";
const OPEN_MS = 2_000;

export class KeptPosts implements OutboxStore {
  readonly #user: string;
  readonly #database: Promise<Database | undefined>;
  /** Those the database did not take. */
  readonly #held = new Map<string, OutboxItem>();

  constructor(user: string) {
    this.#user = user;
    this.#database = open();
  }

  async load(): Promise<OutboxItem[]> {
    const kept = (await this.#try((database) => database.getAll("outbox", this.#all()))) ?? [];
    return [...kept.map(({ item }) => item), ...this.#held.values()].sort((one, other) => one.at - other.at);
  }

  async keep(item: OutboxItem): Promise<void> {
    this.#held.set(item.key, item);
    const kept = await this.#try((database) => database.put("outbox", { user: this.#user, key: item.key, item }));
    if (kept && this.#held.get(item.key) === item) this.#held.delete(item.key);
  }

  async drop(key: string): Promise<void> {
    this.#held.delete(key);
    await this.#try((database) => database.delete("outbox", [this.#user, key]));
  }

  async holds(key: string): Promise<boolean> {
    if (this.#held.has(key)) return true;
    return (await this.#try((database) => database.getKey("outbox", [this.#user, key]))) !== undefined;
  }

  async clear(): Promise<void> {
    this.#held.clear();
    await this.#try((database) => database.delete("outbox", this.#all()));
  }

  #all(): IDBKeyRange {
    return IDBKeyRange.bound([this.#user], [this.#user, []]);
  }

  async #try<T>(call: (database: Database) => Promise<T>): Promise<T | undefined> {
    const database = await this.#database;
    try {
      return database && (await call(database));
    } catch {
      return undefined; // closed by the browser, or full: what is in memory has to do
    }
  }
}

/** The database; undefined where the browser refuses one, or does not answer. */
async function open(): Promise<Database | undefined> {
  try {
    const opened = openDB<Schema>(NAME, 1, {
      upgrade: (database) => void database.createObjectStore("outbox", { keyPath: ["user", "key"] }),
      // A newer page wants another form of it: what is open here must not hold that up.
      blocking: (_from, _to, event) => (event.target as unknown as IDBDatabase).close(),
    });
    return await Promise.race([opened, new Promise<undefined>((resolve) => setTimeout(resolve, OPEN_MS))]);
  } catch {
    return undefined;
  }
}
