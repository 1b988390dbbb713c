/** How Han characters sound; its table comes when somebody first completes a name by letters. */

import type { Sounds } from "./completion.ts";

export async function loadPinyin(): Promise<Sounds> {
  const { default: pinyin } = await import("pinyin-match");
  return (name, letters) => pinyin.match(name, letters) !== false;
}
