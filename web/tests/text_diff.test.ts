import { expect, test } from "vitest";

import { diffTexts, piecesOf } from "@/lib/text_diff";

const shown = (before: string, after: string) =>
  diffTexts(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "gone" ? `[-${text}-]` : `[+${text}+]`))
    .join("");

test("words that changed are marked, and nothing else", () => {
  expect(shown("The tests are green.", "All tests are red.")).toBe("[-The-][+All+] tests are [-green-][+red+].");
  expect(shown("one two", "one two three")).toBe("one two[+ three+]");
  expect(shown("same", "same")).toBe("same");
});

test("Chinese and Japanese are compared by character", () => {
  expect(shown("我们明天开会", "我们后天开会")).toBe("我们[-明-][+后+]天开会");
  expect(piecesOf("版本v2发布")).toEqual(["版", "本", "v2", "发", "布"]);
});

test("both texts can be read off the pieces", () => {
  for (const [before, after] of [
    ["", "new"],
    ["old", ""],
    ["a b c d", "d c b a"],
    ["x\n\ny 😀 [link](z)", "y 😀😀 x\n[link](q)"],
  ] as const) {
    const pieces = diffTexts(before, after);
    const text = (without: string) =>
      pieces
        .filter(({ kind }) => kind !== without)
        .map((piece) => piece.text)
        .join("");
    expect([text("new"), text("gone")]).toEqual([before, after]);
  }
});

test("very long texts that share nothing are replaced as a whole", () => {
  const [before, after] = ["我".repeat(9000), "你".repeat(9000)];
  expect(diffTexts(before, after)).toEqual([
    { kind: "gone", text: before },
    { kind: "new", text: after },
  ]);
});
