/** The pages' own addresses, each made in one place. */

export function channelPath(channel: string): string {
  return `/c/${channel}`;
}

/** A message's page; the fragment brings browsers without JavaScript to its line. */
export function messagePath(channel: string, number: number): string {
  return `/c/${channel}/${number}#m${number}`;
}

export function membersPath(channel: string): string {
  return `/c/${channel}/members`;
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
