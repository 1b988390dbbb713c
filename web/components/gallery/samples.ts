import type { OutboxItem } from "@/lib/outbox";
import type { ChannelSummary, ExcerptPart, MessagePosted, SearchHit, SearchResult } from "@/lib/protocol.gen.ts";
import type { Sign } from "@/lib/receipts";

/** Made-up messages and channels, one for each state there is. All times are fixed, so that pictures can be compared. */

export const ME = "01HZZZZZZZZZZZZZZZZZZZZZME";
export const ANN = "01HZZZZZZZZZZZZZZZZZZZZANN";
export const WANG = "01HZZZZZZZZZZZZZZZZZZZWANG";
export const LONG = "01HZZZZZZZZZZZZZZZZZZZL0NG";
const CHANNEL = "01HZZZZZZZZZZZZZZZZZCHANNE";
const NOON = Date.UTC(2026, 2, 3, 12);

export const NAMES: Record<string, string> = {
  [ME]: "me",
  [ANN]: "Ann",
  [WANG]: "王小明",
  [LONG]: "a.name_of_forty_letters-which_is_the_most",
};

export interface Sample {
  name: string;
  message: MessagePosted;
  item?: OutboxItem;
  sign?: Sign;
  first?: boolean;
  last?: boolean;
  targeted?: boolean;
  editing?: boolean;
  answer?: readonly number[];
}

let number = 0;

export function say(name: string, author: string, text: string, changes: Partial<MessagePosted & Sample> = {}): Sample {
  const { item, sign, first, last, targeted, editing, answer, ...rest } = changes;
  number += 1;
  const message = {
    type: "message.posted",
    channel: CHANNEL,
    seq: number,
    at: NOON,
    number,
    author,
    text,
    ...rest,
  } as const;
  return { name, message, item, sign, first, last, targeted, editing, answer };
}

function sending(status: OutboxItem["status"], error?: string): OutboxItem {
  return { key: `sample ${status}`, channel: CHANNEL, text: "", at: NOON, status, error };
}

const EMOJI = "👍❤️😂🎉😮😢🙏🔥👀✅🚀💯👏🤔😅💪😀😃😄😁😆🤣🙂🙃😉😊😇🥰😍🤩😘😗😋😛😜🤪🤗🤭🤫🐛";

export const SAMPLES: Sample[] = [
  say("A sequence: its first", ANN, "Corners are round outside,", { last: false }),
  say("its middle", ANN, "nearly square inside,", { first: false, last: false }),
  say("its last", ANN, "and round again.", { first: false }),
  say("Mine, edited", ME, "A short one.", { edited_at: NOON }),
  say("Waiting", ME, "On its way.", { item: sending("waiting") }),
  say("Sent", ME, "Stored; its event is still to come.", { item: sending("sent") }),
  say("Nobody has read it", ME, "It is there for all.", { sign: { marks: [], readers: [] } }),
  say("Read by one", ME, "She came this far.", { sign: { marks: [ANN], readers: [ANN] } }),
  say("Read by many", ME, "Many came this far, and stayed.", {
    sign: { marks: [ANN, WANG, LONG, ME], readers: [ANN, WANG, LONG, ME] },
  }),
  say("Failed", ME, "The server refused this.", { item: sending("failed", "text_too_long") }),
  say("Deleted", ANN, "", { deleted: true }),
  say("Deleted, mine", ME, "", { deleted: true }),
  say("Named by the address", WANG, "这条消息被链接到了。", { targeted: true }),
  say("Being edited", ME, "It is in the compose box.", { editing: true }),
  say("A long name", LONG, "It is cut, never in the way."),
  say("Right to left", ANN, "مرحبا بكم في هذه القناة، كيف حالكم اليوم؟"),
  say("Emoji only", WANG, "🎉🚀"),
  say("Reactions", ANN, "Ship it?", {
    reactions: [
      { emoji: "👍", users: [ME, WANG] },
      { emoji: "🚀", users: [WANG] },
    ],
  }),
  say("Forty reactions", ANN, "Everybody has an opinion.", {
    reactions: [...new Intl.Segmenter().segment(EMOJI)].map(({ segment }) => ({ emoji: segment, users: [WANG] })),
  }),
  say(
    "Markdown",
    WANG,
    "**Bold**, *italic*, ~~struck~~, `code` and https://example.com/中文。\n\n> a quotation\n\n1. one\n2. two\n\n| engine | p99 |\n|---|---:|\n| SQLite | 9 ms |",
  ),
  say(
    "Code",
    ANN,
    "```python\n" + Array.from({ length: 200 }, (_, line) => `line_${line + 1} = ${line}`).join("\n") + "\n```",
  ),
  say("5,000 characters", ANN, "All of it is there, folded until one wants it. ".repeat(107)),
  say(
    "No place to break",
    ANN,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3),
  ),
];

function channel(name: string, changes: Partial<ChannelSummary> = {}): ChannelSummary {
  number += 1;
  const id = `01HZZZZZZZZZZZZZZZZZZZZ${String(number).padStart(3, "0")}`;
  const base = {
    id,
    name,
    created_by: ME,
    created_at: NOON,
    seq: 9,
    number: 9,
    members: 4,
    position: 9,
    position_seq: 9,
  };
  return { ...base, last: { number: 9, author: ANN, at: NOON, text: "See you at noon." }, ...changes };
}

export const CHANNELS: ChannelSummary[] = [
  channel("read"),
  channel("one unread", { unread: [9] }),
  channel("99+ unread", { unread: Array.from({ length: 101 }, (_, index) => index) }),
  channel("private", { private: true }),
  channel("empty", { last: undefined }),
  channel("last one deleted", { last: { number: 9, author: ANN, at: NOON, deleted: true } }),
  channel("a name as long as names of channels are allowed to be, sixty", {
    last: {
      number: 9,
      author: LONG,
      at: NOON,
      text: "And a last message that goes on for longer than the row is wide.",
    },
  }),
  channel("产品讨论", { last: { number: 9, author: WANG, at: NOON, text: "第二个方案更好看。" } }),
];

function hit(author: string, excerpt: ExcerptPart[], changes: Partial<MessagePosted> = {}, locked = false): SearchHit {
  const { message } = say("a result", author, excerpt.map(({ text }) => text).join(""), changes);
  return {
    message,
    channel: { id: CHANNEL, name: locked ? "a.rather.long.private.channel.name" : "design", private: locked },
    excerpt,
  };
}

const TEA = { text: "tea", hit: true };
const users = Object.entries(NAMES).map(([id, name]) => ({ id, name }));

/** A page of results, and one without any. */
export const FOUND: SearchResult = {
  hits: [
    hit(ANN, [{ text: "Who brings **" }, TEA, { text: "** on friday?" }]),
    hit(WANG, [{ text: "我带" }, { text: "茶", hit: true }, { text: "，你们带杯子。" }], { edited_at: NOON }),
    hit(LONG, [TEA, { text: ` ${"and a long sentence about it ".repeat(12)}` }, TEA], { at: NOON - 4e10 }, true),
    hit(ME, [{ text: "" }], { deleted: true }),
  ],
  total: 4,
  exact: false,
  cursor: "more",
  facets: {
    channels: [
      { id: CHANNEL, name: "design", count: 3 },
      { id: LONG, name: "a.rather.long.private.channel.name", count: 1 },
    ],
    authors: users.map(({ id, name }) => ({ id, name, count: 1 })),
    months: [
      { month: "2026-03", count: 3 },
      { month: "2025-01", count: 1 },
    ],
  },
  users,
  engine: "sqlite",
};

export const NOTHING: SearchResult = {
  hits: [],
  total: 0,
  exact: true,
  suggestion: "tea",
  facets: { channels: [], authors: [], months: [] },
  users: [],
  engine: "sqlite",
};
