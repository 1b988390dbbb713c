/** Emoji by their names, for `:name:`; the lists come when somebody first types a colon and two letters. */

import { bestNamed } from "./completion.ts";

export interface NamedEmoji {
  emoji: string;
  name: string;
}

/** By hexcode, as emojibase has them: "1F44D" or "1F468-200D-1F469". */
type Names = Record<string, string | string[]>;

/** The short names everybody knows; in Chinese also the Chinese names, and how those sound. */
export async function loadEmojiNames(locale: string): Promise<NamedEmoji[]> {
  const lists = [import("emojibase-data/en/shortcodes/github.json")];
  if (locale.startsWith("zh")) {
    lists.push(
      import("emojibase-data/zh/shortcodes/cldr-native.json"),
      import("emojibase-data/zh/shortcodes/cldr.json"),
    );
  }
  return (await Promise.all(lists)).flatMap((module) => namesOf(module.default as Names));
}

export function namesOf(names: Names): NamedEmoji[] {
  return Object.entries(names).flatMap(([hexcode, given]) =>
    [given].flat().map((name) => ({ emoji: emojiOf(hexcode), name })),
  );
}

function emojiOf(hexcode: string): string {
  const emoji = String.fromCodePoint(...hexcode.split("-").map((code) => parseInt(code, 16)));
  const [first = "", ...rest] = emoji;
  // Those that are plain characters by themselves need the selector to look like pictures.
  return rest.length > 0 || /\p{Emoji_Presentation}/u.test(first) ? emoji : `${emoji}\uFE0F`;
}

/** Emoji whose names fit, each once. */
export function bestEmoji(all: readonly NamedEmoji[], prefix: string, most: number): NamedEmoji[] {
  const shown = new Set<string>();
  const found = bestNamed(all, ({ name }) => name, prefix, most * 4);
  return found.filter(({ emoji }) => !shown.has(emoji) && shown.add(emoji)).slice(0, most);
}

const WHOLE = /(?<![A-Za-z0-9_./:]):([a-z0-9_+-]{2,40}):$/;

/** The `:name:` that ends at the caret, once its second colon is typed. */
export function closedName(text: string, caret: number): { from: number; to: number; name: string } | undefined {
  const match = WHOLE.exec(text.slice(Math.max(0, caret - 44), caret));
  return match ? { from: caret - match[0].length, to: caret, name: match[1] ?? "" } : undefined;
}
