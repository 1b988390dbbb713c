/** What components read off the state. Pure. */

import type { ChannelSummary, Snapshot, UserView } from "./protocol.gen.ts";
import { countWaiting, isConversation } from "./conversations.ts";

/** Everybody's name by id, one's own included. */
export function namesOf(state: Snapshot): ReadonlyMap<string, string> {
  return namesFrom(state.users, state.room?.members, state.user);
}

/** The same from its parts, for whoever renders many rows with them and wants them anew only when one of these is. */
export function namesFrom(
  users: Snapshot["users"],
  members: UserView[] | undefined,
  me: Snapshot["user"],
): ReadonlyMap<string, string> {
  const names = new Map((users ?? []).map((user) => [user.id, user.name]));
  for (const member of members ?? []) names.set(member.id, member.name);
  return names.set(me.id, me.name);
}

/** Where something was said last comes first. */
export function byActivity(channels: readonly ChannelSummary[]): ChannelSummary[] {
  return [...channels].sort((one, other) => activity(other) - activity(one));
}

function activity(channel: ChannelSummary): number {
  return channel.last?.at ?? channel.created_at;
}

/** Unread messages for a badge: exact to 99. */
export function unreadLabel(unread: readonly number[] | undefined): string {
  const count = unread?.length ?? 0;
  return count > 99 ? "99+" : String(count);
}

/** All unread messages of all channels but the muted ones, for the title of the window. */
export function totalUnread(channels: readonly ChannelSummary[]): number {
  return channels.reduce((sum, channel) => sum + countWaiting(channel), 0);
}

/** Unread messages that name the user, in all channels, the muted ones too. */
export function totalMentioned(channels: readonly Pick<ChannelSummary, "mentioned">[]): number {
  return channels.reduce((sum, { mentioned = [] }) => sum + mentioned.length, 0);
}

/** What waits in the inbox: messages that name the user, and conversations with something unread. */
export function countInbox(channels: readonly ChannelSummary[]): number {
  return totalMentioned(channels) + channels.filter((each) => isConversation(each) && countWaiting(each) > 0).length;
}

const STAFF = new Set(["owner", "admin", "moderator"]);

export function mayDeleteOthers(state: Snapshot): boolean {
  return STAFF.has(state.user.role);
}

export function mayRemoveMembers(state: Snapshot): boolean {
  return STAFF.has(state.user.role) || state.room?.channel.created_by === state.user.id;
}

export function mayChangeChannel(state: Snapshot): boolean {
  return state.user.role !== "guest" && (state.room?.member === true || STAFF.has(state.user.role));
}
