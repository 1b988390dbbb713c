/** The pages' own addresses, each made in one place. */

export function channelPath(channel: string): string {
  return `/c/${channel}`;
}

/** A message's page; the fragment brings browsers without JavaScript to its line. */
export function messagePath(channel: string, number: number): string {
  return `/c/${channel}/${number}#m${number}`;
}

/** The page of a channel's lines from a day on ("2026-11-03"). */
export function dayPath(channel: string, day: string): string {
  return `/c/${channel}?on=${day}`;
}

/** The page of the thread that hangs on a message; with `at`, at that reply in it. */
export function threadPath(channel: string, number: number, at?: number): string {
  return `/c/${channel}/${number}/thread${at === undefined ? "" : `?at=${at}#m${at}`}`;
}

/** A message's page, wherever it is shown. */
export function pathOf({
  channel,
  number,
  thread,
}: {
  channel: string;
  number: number;
  thread?: number | null;
}): string {
  return thread ? threadPath(channel, thread, number) : messagePath(channel, number);
}

/** A whole number above zero, or undefined. */
export function wholeNumber(value: string | string[] | null | undefined): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
}

/** The threads one follows. */
export function threadsPath(): string {
  return "/threads";
}

/** What stands open beside a room. */
export type Panel = "members" | "pins" | "thread";

/** The room, the message in it, and the panel beside it that a path of ours shows; undefined for every other page. */
export function roomOf(
  path: string,
): { channel: string; number: number | undefined; panel: Panel | undefined } | undefined {
  const found = /^\/c\/([0-7][0-9A-HJKMNP-TV-Z]{25})(?:\/(?:([1-9]\d{0,15})(?:\/(thread))?|(members|pins)))?\/?$/.exec(
    path,
  );
  const [, channel, number, thread, beside] = found ?? [];
  const panel = thread ?? beside;
  return channel
    ? { channel, number: number ? Number(number) : undefined, panel: panel as Panel | undefined }
    : undefined;
}

export type InboxPart = "all" | "unread" | "mention" | "reply";

/** What is addressed to the reader; the part is left out where it is all. */
export function inboxPath(part: InboxPart = "all", cursor?: string): string {
  const query = new URLSearchParams(part === "all" ? {} : { show: part });
  if (cursor) query.set("cursor", cursor);
  return query.size > 0 ? `/inbox/mine?${query}` : "/inbox/mine";
}

/** Somebody's page. */
export function personPath(user: string): string {
  return `/u/${user}`;
}

export function membersPath(channel: string): string {
  return `/c/${channel}/members`;
}

export function pinsPath(channel: string): string {
  return `/c/${channel}/pins`;
}

/** What a message has said. */
export function historyPath(channel: string, number: number): string {
  return `/c/${channel}/${number}/history`;
}

/** What one has saved; `before`: the page behind another one. */
export function savedPath(before?: number): string {
  return before === undefined ? "/saved" : `/saved?before=${before}`;
}

export function settingsPath(): string {
  return "/settings";
}

/** What the keyboard does. */
export function shortcutsPath(): string {
  return "/shortcuts";
}

export interface SearchAddress {
  q: string;
  order?: "best" | "newest" | undefined;
  cursor?: string | undefined;
}

/** The search page for a query; the order is left out where it is the usual one. */
export function searchPath({ q, order, cursor }: SearchAddress): string {
  const query = new URLSearchParams(q ? { q } : {});
  if (order === "newest") query.set("order", order);
  if (cursor) query.set("cursor", cursor);
  return query.size > 0 ? `/search?${query}` : "/search";
}

/** Where to go after the log-in: an address of ours, never one of another site. */
export function safeNext(next: string | string[] | undefined): string {
  if (typeof next !== "string" || !/^\/(?![/\\])[^\p{Cc}\\]*$/u.test(next)) return "/";
  return next;
}

/** The first value of a query parameter. */
export function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
