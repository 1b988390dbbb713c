/**
 * Whether a message is to be told to somebody who is not looking. Pure.
 *
 * The server has the same rule for what it pushes (domain/notifications.py); one table of cases holds both to it.
 */

import { namesUser } from "./apply_event.ts";
import { isConversation } from "./conversations.ts";
import type { ChannelSummary, MessagePosted, Notifications, QuietHours } from "./protocol.gen.ts";

export interface Occasion {
  channel: string;
  at: number;
  text: string;
  muted?: boolean;
  /** It is a conversation of few people. */
  conversation?: boolean;
  /** It names the reader, or everybody, answers them, or is in a thread they follow. */
  named?: boolean;
  /** It is in a thread they do not follow. */
  aside?: boolean;
}

export function wantsNotice(settings: Notifications, occasion: Occasion): boolean {
  const { channel, at, text, muted = false, conversation = false, named = false, aside = false } = occasion;
  if (muted || isQuiet(settings, at)) return false;
  const level = settings.channels?.[channel] ?? settings.level ?? "mentions";
  if (level === "nothing") return false;
  return named || (!aside && (level === "all" || conversation)) || hasKeyword(text, settings.keywords ?? []);
}

/** What a message that was just heard is to its reader, who follows its thread or does not. */
export function occasionOf(message: MessagePosted, channel: ChannelSummary, me: string, follows = false): Occasion {
  const { muted = false } = channel;
  const named = namesUser(message.mentions, me) || message.reply?.author?.id === me || follows;
  const aside = message.thread !== undefined && !follows;
  const { at, text = "" } = message;
  return { channel: channel.id, at, text, muted, conversation: isConversation(channel), named, aside };
}

export function isQuiet({ quiet_until = 0, quiet_hours }: Notifications, at: number): boolean {
  return at < quiet_until || (quiet_hours !== undefined && quiet_hours !== null && isWithin(quiet_hours, at));
}

function isWithin({ start, end, zone = "UTC" }: QuietHours, at: number): boolean {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  });
  const parts = format.formatToParts(at);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const minute = value("hour") * 60 + value("minute");
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}

const LETTER = /^[\p{L}\p{N}_]$/u;
const UNSPACED = /^[\u1100-\u11ff\u2e80-\u31ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff\u{1b000}-\u{3ffff}]$/u;

export function hasKeyword(text: string, keywords: readonly string[]): boolean {
  const folded = [...text.toLowerCase()];
  return keywords.some((word) => stands(folded, [...word.normalize("NFKC").toLowerCase()]));
}

function stands(text: readonly string[], word: readonly string[]): boolean {
  for (let at = 0; at + word.length <= text.length; at++) {
    if (!word.every((char, index) => text[at + index] === char)) continue;
    if (!joined(text[at - 1], word[0]) && !joined(word.at(-1), text[at + word.length])) return true;
  }
  return false;
}

/** Two letters of one word, in a script that has words. */
function joined(one: string | undefined, other: string | undefined): boolean {
  return [one, other].every((char) => char !== undefined && LETTER.test(char) && !UNSPACED.test(char));
}
