import { describe, expect, test } from "vitest";

import { bestNamed, completingAt, insertCompletion } from "@/lib/completion";
import { bestEmoji, closedName, loadEmojiNames } from "@/lib/emoji_names";
import { loadPinyin } from "@/lib/pinyin";

const at = (text: string) => completingAt(text, text.length);
const name = (each: string) => each;

describe("what is being completed", () => {
  test("a person, a channel, an emoji and a command, by what stands before them", () => {
    expect(at("hello @an")).toEqual({ trigger: "@", from: 6, to: 9, prefix: "an" });
    expect(at("see #des")).toMatchObject({ trigger: "#", prefix: "des" });
    expect(at("nice :ta")).toMatchObject({ trigger: ":", prefix: "ta" });
    expect(at("/to")).toMatchObject({ trigger: "/", from: 0, prefix: "to" });
  });

  test("Chinese has no spaces: a name may follow a character", () => {
    expect(at("请问@小")).toMatchObject({ trigger: "@", prefix: "小" });
    expect(at("哈哈:tada")).toMatchObject({ trigger: ":", prefix: "tada" });
  });

  test("a Chinese colon is a mark of the sentence, unless it begins one", () => {
    for (const text of ["他说：好", "注意：ok", "他说:好", "note：ok"]) expect(at(text), text).toBeUndefined();
    expect(at("：笑")).toMatchObject({ trigger: ":", from: 0, to: 2, prefix: "笑" });
    expect(at("哈哈 ：笑")).toMatchObject({ trigger: ":", prefix: "笑" });
    expect(at("：tada")).toMatchObject({ trigger: ":", prefix: "tada" });
  });

  test("addresses, times and code are left alone", () => {
    for (const text of ["ann@example", "at 10:30", "http://x", "a/#b", "`@ann", "```\n@ann", "and /to"]) {
      expect(at(text), text).toBeUndefined();
    }
  });

  test("what is chosen takes the word's place, with one space behind", () => {
    expect(insertCompletion("hi @an there", { from: 3, to: 6 }, "@ann ")).toEqual({ text: "hi @ann there", caret: 8 });
    expect(insertCompletion("hi @an", { from: 3, to: 6 }, "@ann ")).toEqual({ text: "hi @ann ", caret: 8 });
  });
});

describe("what fits", () => {
  test("beginnings come before words inside, and those before anything else", () => {
    expect(bestNamed(["mary.ann", "joann", "bob", "Ann"], name, "ann", 9)).toEqual(["Ann", "mary.ann", "joann"]);
  });

  test("Chinese names are found by their sound and by its initials", async () => {
    const sounds = await loadPinyin();
    const people = ["王小明", "李雷", "ming", "重庆"];
    expect(bestNamed(people, name, "wangxiao", 9, sounds)).toEqual(["王小明"]);
    expect(bestNamed(people, name, "wxm", 9, sounds)).toEqual(["王小明"]);
    expect(bestNamed(people, name, "ming", 9, sounds)).toEqual(["ming", "王小明"]);
    expect(bestNamed(people, name, "cq", 9, sounds)).toEqual(["重庆"]);
    expect(bestNamed(people, name, "wxm", 9)).toEqual([]);
  });

  test("an emoji is offered once, by any of its names, in Chinese too", async () => {
    expect(bestEmoji(await loadEmojiNames("en"), "tada", 3)[0]).toEqual({ emoji: "🎉", name: "tada" });
    const heart = bestEmoji(await loadEmojiNames("en"), "heart", 3)[0];
    expect(heart).toEqual({ emoji: "❤️", name: "heart" });
    const chinese = bestEmoji(await loadEmojiNames("zh-CN"), "太阳", 5);
    expect(chinese.some(({ emoji }) => emoji === "☀️")).toBe(true);
  });

  test("the second colon ends a name", () => {
    expect(closedName("so :tada:", 9)).toEqual({ from: 3, to: 9, name: "tada" });
    expect(closedName("at 10:30:", 9)).toBeUndefined();
  });
});
