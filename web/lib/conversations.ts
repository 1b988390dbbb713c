/** Conversations as pages show them, and how the list beside them is arranged. Pure. */

import type { ChannelSummary, UserView } from "./protocol.gen.ts";

export const LIST_ORDERS = ["activity", "name"] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

type Kind = Pick<ChannelSummary, "kind">;

/** Between people, instead of about something. */
export function isConversation({ kind }: Kind): boolean {
  return kind === "direct" || kind === "group";
}

/** Whom one talks to where there are two; oneself where one takes notes; nobody elsewhere. */
export function partnerOf({ kind, people = [] }: Pick<ChannelSummary, "kind" | "people">, me: string) {
  if (kind !== "direct") return undefined;
  return people.find(({ id }) => id !== me) ?? people[0];
}

export function isNotes({ kind, people = [] }: Pick<ChannelSummary, "kind" | "people">): boolean {
  return kind === "direct" && people.length === 1;
}

/** The others in a conversation, for their pictures. */
export function othersIn({ people = [] }: Pick<ChannelSummary, "people">, me: string): UserView[] {
  return people.filter(({ id }) => id !== me);
}

/** A channel's name in a sentence: `#design`, and people as they are called. */
export function spokenName(channel: Pick<ChannelSummary, "kind" | "name">): string {
  return isConversation(channel) ? channel.name : `#${channel.name}`;
}

/** Out of the list until its next message. */
export function isHidden({ hidden_below = 0, number }: Pick<ChannelSummary, "hidden_below" | "number">): boolean {
  return number < hidden_below;
}

export interface Arrangement {
  me: string;
  order: ListOrder;
  /** The channel whose room is open; it is in the list whatever else holds. */
  open: string | undefined;
}

export interface SideList {
  channels: ChannelSummary[];
  people: ChannelSummary[];
}

/** What the list shows: channels and conversations, each with the pinned ones first. */
export function arrange(all: readonly ChannelSummary[], { me, order, open }: Arrangement): SideList {
  const shown = all.filter((each) => each.id === open || !(isHidden(each) || isSilent(each, me)));
  const sorted = shown.sort(
    (one, other) => Number(other.pinned ?? false) - Number(one.pinned ?? false) || compare(one, other),
  );
  return { channels: sorted.filter((each) => !isConversation(each)), people: sorted.filter(isConversation) };

  function compare(one: ChannelSummary, other: ChannelSummary): number {
    if (order === "name") return one.name.localeCompare(other.name);
    return activityOf(other) - activityOf(one);
  }
}

/** Somebody has opened it and said nothing: nothing to see for the others. */
function isSilent(channel: ChannelSummary, me: string): boolean {
  return isConversation(channel) && channel.number === 0 && channel.created_by !== me;
}

function activityOf({ last, created_at }: ChannelSummary): number {
  return last?.at ?? created_at;
}

/** How many messages ask to be read; of a muted channel none does. */
export function countWaiting({ muted, unread }: Pick<ChannelSummary, "muted" | "unread">): number {
  return muted ? 0 : (unread?.length ?? 0);
}
