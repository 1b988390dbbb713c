import "server-only";

import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";

import type {
  ChannelSummary,
  Inbox,
  Line,
  MessageHistory,
  PinList,
  SavedList,
  SearchResult,
  Snapshot,
  UserView,
} from "./protocol.gen.ts";
import type { ThreadList } from "./threads.ts";
import type { InboxPart, SearchAddress } from "./addresses.ts";

const TIMEOUT_MS = 10_000;

/** The API could not give a page its data. `code` is the API's own, or `unreachable`; `detail` is said of this request. */
export interface Trouble {
  code: string;
  detail?: string | undefined;
}

export type Loaded<T> = { data: T; trouble?: undefined } | { data?: undefined; trouble: Trouble };

interface Answer {
  status: number;
  body: unknown;
}

/** A GET on the Python server, as the visitor: their cookies, their address. */
async function get(path: string): Promise<Answer> {
  const head = await headers();
  const response = await fetch(new URL(path, process.env.HUBBUB_API ?? "http://127.0.0.1:8000"), {
    headers: {
      accept: "application/json",
      cookie: head.get("cookie") ?? "",
      "x-hubbub-internal": process.env.HUBBUB_INTERNAL_TOKEN ?? "",
      "x-forwarded-for": head.get("x-forwarded-for") ?? "",
      "x-request-id": head.get("x-request-id") ?? "",
    },
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: await response.json() };
}

const load = cache(async (path: string): Promise<Answer> => {
  try {
    return await get(path);
  } catch {
    return { status: 503, body: { code: "unreachable" } };
  }
});

/** The data at `path`; sends visitors who are not logged in to the log-in page, and answers 404 with the 404 page. */
async function loadFor<T>(path: string, page: string): Promise<Loaded<T>> {
  const { status, body } = await load(path);
  if (status === 401) redirect(`/login?next=${encodeURIComponent(page)}`);
  if (status === 404) notFound();
  if (status !== 200) return { trouble: troubleOf(body) };
  return { data: body as T };
}

function troubleOf(body: unknown): Trouble {
  const { code, detail } = (typeof body === "object" && body !== null ? body : {}) as Partial<Trouble>;
  return {
    code: typeof code === "string" ? code : "internal",
    detail: typeof detail === "string" ? detail : undefined,
  };
}

function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}

export interface SnapshotQuery {
  channel?: string;
  around?: number | undefined;
  thread?: number | undefined;
}

/** The page's state; `page` is its own address, for coming back after the log-in. */
export function loadSnapshot(wanted: SnapshotQuery, page: string): Promise<Loaded<Snapshot>> {
  return loadFor(`/api/snapshot${query({ ...wanted })}`, page);
}

/** The visitor's state without a room, or nothing where they are not logged in or the server has trouble. */
export async function peekSnapshot(): Promise<Snapshot | undefined> {
  const { status, body } = await load("/api/snapshot");
  return status === 200 ? (body as Snapshot) : undefined;
}

/** A page of what is addressed to the visitor. */
export function loadInbox(wanted: InboxPart, cursor: string | undefined, page: string): Promise<Loaded<Inbox>> {
  return loadFor(`/api/inbox${query({ wanted, cursor })}`, page);
}

export interface ListedChannel {
  channel: ChannelSummary;
  member: boolean;
}

/** People by their ids, as far as there are such. */
export function loadUsers(ids: readonly string[], page: string): Promise<Loaded<{ users: UserView[] }>> {
  return loadFor(`/api/users${query({ ids: ids.join(",") })}`, page);
}

export function loadChannels(page: string): Promise<Loaded<{ channels: ListedChannel[] }>> {
  return loadFor("/api/channels", page);
}

export interface LinesPage {
  messages: Line[];
  older?: boolean;
  newer?: boolean;
  users?: UserView[];
}

/** The lines that end before, or begin after, a seq. */
export function loadLines(
  channel: string,
  place: { before?: number | undefined; after?: number | undefined },
  page: string,
): Promise<Loaded<LinesPage>> {
  return loadFor(`/api/channels/${encodeURIComponent(channel)}/messages${query({ ...place, limit: 50 })}`, page);
}

/** The number of the first message on a day of the visitor's, or after it; none when there is none. */
export function loadDay(
  channel: string,
  day: string,
  zone: string,
  page: string,
): Promise<Loaded<{ number?: number | null }>> {
  const path = `/api/channels/${encodeURIComponent(channel)}/days/${encodeURIComponent(day)}`;
  return loadFor(`${path}${query({ zone })}`, page);
}

/** What is pinned in a channel. */
export function loadPins(channel: string, page: string): Promise<Loaded<PinList>> {
  return loadFor(`/api/channels/${encodeURIComponent(channel)}/pins`, page);
}

/** The texts a message has had. */
export function loadHistory(channel: string, number: number, page: string): Promise<Loaded<MessageHistory>> {
  return loadFor(`/api/channels/${encodeURIComponent(channel)}/messages/${number}/history`, page);
}

/** A page of what the visitor has saved, the newest first. */
export function loadSaved(before: number | undefined, page: string): Promise<Loaded<SavedList>> {
  return loadFor(`/api/saved${query({ before })}`, page);
}

/** The threads the visitor follows, with their newest replies. */
export function loadThreads(page: string): Promise<Loaded<ThreadList>> {
  return loadFor("/api/threads", page);
}

/** A page of what a query finds; `zone` is where the days of its operators begin. */
export function loadSearch(asked: SearchAddress & { zone: string }, page: string): Promise<Loaded<SearchResult>> {
  return loadFor(`/api/search${query({ ...asked })}`, page);
}
