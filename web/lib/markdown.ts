/**
 * A message's Markdown as a tree (CommonMark with tables and strikethrough), parsed by micromark and tamed for chat.
 *
 * Invariants: no HTML (it stays text, as written); a link leads to http, https or mailto only; images are links, since
 * looking at a message must not tell a stranger so; the text is cut before it is parsed, so time is bounded.
 */

import type { Nodes, PhrasingContent, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";

/** Longer texts are shown as they are written. */
export const PARSED_MOST = 20_000;

// Off: HTML; indented code and underlined headings, which nobody means in a chat; reference links, whose definitions
// would vanish from what somebody wrote.
const OFF = { disable: { null: ["htmlFlow", "htmlText", "codeIndented", "setextUnderline", "definition"] } };

/** Nested deeper than this nobody means it: rendering recurses, and its stack is not to be anybody's to fill. */
export const DEEPEST = 20;

export function parseMarkdown(text: string): Root {
  if (text.length > PARSED_MOST) return plain(text);
  const tree = fromMarkdown(text, {
    extensions: [gfmStrikethrough({ singleTilde: false }), gfmTable(), cjkFriendlyExtension(), OFF],
    mdastExtensions: [gfmStrikethroughFromMarkdown(), gfmTableFromMarkdown()],
  });
  return isDeeper(tree, DEEPEST) ? plain(text) : tree;
}

function isDeeper(root: Root, bound: number): boolean {
  let level: Nodes[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > bound) return true;
    level = level.flatMap((node) => ("children" in node ? node.children : []));
  }
  return false;
}

function plain(text: string): Root {
  return { type: "root", children: [{ type: "paragraph", children: [{ type: "text", value: text }] }] };
}

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address as it may be linked, or undefined. */
export function safeAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return SCHEMES.has(url.protocol) ? url.href : undefined;
}

/** Bare addresses in running text. They end before CJK punctuation, and before what closes a sentence. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`，。、；：！？（）「」『』【】《》〈〉“”‘’…]{1,2000}/giu;
const TAIL = /[.,;:!?*_~'"]+$/u;

export type TextPart = { text: string; address?: string };

/** `text` in parts, those that are addresses marked. Linear in its length. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const found = trimAddress(match[0]);
    const address = safeAddress(found);
    if (!address) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: found, address });
    from = match.index + found.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

function trimAddress(found: string): string {
  const address = found.replace(TAIL, "");
  // A bracket that was opened before the address closes behind it.
  const unbalanced = address.endsWith(")") && count(address, ")") > count(address, "(");
  return unbalanced ? address.replace(/\)+$/, "").replace(TAIL, "") : address;
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

/** What a node says, without its form. */
export function textOf(node: Nodes | PhrasingContent): string {
  if ("value" in node) return node.value;
  if ("alt" in node) return node.alt ?? "";
  return "children" in node ? node.children.map(textOf).join("") : "";
}

const EMOJI = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v;
const LARGE_MOST = 6;

/** Whether a text is one to six emoji and nothing else: those are shown large. */
export function isEmojiOnly(text: string): boolean {
  const short = text.replace(/\s/g, "");
  if (!short || short.length > 80) return false;
  // One character at a time, as people see them: a pattern over all of them could be made to backtrack.
  const seen = [...new Intl.Segmenter().segment(short)];
  return seen.length <= LARGE_MOST && seen.every(({ segment }) => EMOJI.test(segment));
}
