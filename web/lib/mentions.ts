/** Where a text names somebody, as the server found it. Pure. */

import type { Mention } from "./protocol.gen.ts";

export type MentionPart = { text: string; mention?: Mention };

/** What may not stand before a name: it is part of a word, or of an address. Han characters may. */
const BEFORE = /[A-Za-z0-9_/\\@#&]$/;

/** `text` in parts, those that are one of `mentions` marked; of two that begin alike, the longer. */
export function mentionParts(text: string, mentions: readonly Mention[]): MentionPart[] {
  if (mentions.length === 0) return [{ text }];
  const longest = [...mentions].sort((one, other) => other.text.length - one.text.length);
  const parts: MentionPart[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/[@#＠＃]/gu)) {
    if (index < from || BEFORE.test(text.slice(Math.max(from, index - 1), index))) continue;
    const mention = longest.find((each) => text.startsWith(each.text, index));
    if (!mention) continue;
    if (index > from) parts.push({ text: text.slice(from, index) });
    parts.push({ text: mention.text, mention });
    from = index + mention.text.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}
