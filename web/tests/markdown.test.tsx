import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";

import { Markdown } from "@/components/markdown";
import { isEmojiOnly, linkParts, safeAddress } from "@/lib/markdown";
import { previewOf } from "@/lib/preview";

vi.mock("@/components/code_block", () => ({
  CodeBlock: ({ text, language }: { text: string; language?: string }) => <pre data-language={language}>{text}</pre>,
}));

function html(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />).replace(
    /^<div class="prose">|<\/div>$|(?<=<p) dir="auto"/g,
    "",
  );
}

test("bold, italic, struck and code are formatted", () => {
  expect(html("**a** *b* ~~c~~ `d`")).toBe("<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>");
});

test("bold works beside Chinese punctuation", () => {
  expect(html("**重要。**请看")).toBe("<p><strong>重要。</strong>请看</p>");
});

test("HTML stays text", () => {
  expect(html("<img src=x onerror=alert(1)> <b>x</b>")).toBe(
    "<p>&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;x&lt;/b&gt;</p>",
  );
  expect(html("<script>alert(1)</script>")).not.toContain("<script");
});

test("links lead to the web or to mail only", () => {
  for (const address of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example",
    "/x",
    "file:///etc",
  ]) {
    expect(html(`[x](${address})`)).toBe("<p>x</p>");
    expect(safeAddress(address)).toBeUndefined();
  }
  expect(html("[x](https://a.example)")).toContain(
    'href="https://a.example/" target="_blank" rel="noopener noreferrer',
  );
});

test("an image is a link: looking at a message tells nobody", () => {
  expect(html("![cat](https://a.example/cat.png)")).toMatch(
    /^<p><a href="https:\/\/a.example\/cat.png"[^>]*>cat<\/a><\/p>$/,
  );
});

test("an address within a link is not a link within it", () => {
  expect(html("[https://a.example](https://b.example)").match(/<a /g)).toHaveLength(1);
});

test("bare addresses are linked, without what closes the sentence", () => {
  const addresses = (text: string) => linkParts(text).flatMap((part) => part.address ?? []);
  expect(addresses("see https://a.example/b.")).toEqual(["https://a.example/b"]);
  expect(addresses("(https://a.example/b)")).toEqual(["https://a.example/b"]);
  expect(addresses("https://a.example/b_(c)")).toEqual(["https://a.example/b_(c)"]);
  expect(addresses("看https://a.example/中文，很好")).toEqual(["https://a.example/%E4%B8%AD%E6%96%87"]);
  expect(linkParts("a https://a.example b").map((part) => part.text)).toEqual(["a ", "https://a.example", " b"]);
});

test("a code block keeps its text as it is", () => {
  expect(html("```js\na < b && c\n```")).toBe('<pre data-language="js">a &lt; b &amp;&amp; c</pre>');
});

test("what would vanish in Markdown stays: definitions, indented lines, underlines", () => {
  expect(html("[a]: https://x.example")).toContain("[a]:");
  expect(html("    four spaces")).toBe("<p>four spaces</p>");
  expect(html("title\n---")).not.toContain("heading");
});

test("hostile nesting neither hangs nor fills the stack, and stays readable", () => {
  html("*".repeat(4000));
  html("[".repeat(4000));
  expect(html("> ".repeat(2000) + "deep")).toMatch(/^<p>&gt; &gt;.*deep<\/p>$/);
  expect(html("> ".repeat(5) + "quoted")).toContain("<blockquote>");
  html("`".repeat(2000) + " " + "`".repeat(1999));
});

test("one to six emoji alone are large", () => {
  for (const text of ["🎉", "👍🏽", "👨‍👩‍👧 ❤️", "🇩🇪🇨🇳"]) expect(isEmojiOnly(text)).toBe(true);
  for (const text of ["", "ok 🎉", "1", "🎉🎉🎉🎉🎉🎉🎉", "好", "🎉".repeat(5) + "x", "🎉".repeat(39) + "x"])
    expect(isEmojiOnly(text)).toBe(false);
});

test("a preview is one line without marks", () => {
  expect(previewOf("# **Big** news\n\n- see [here](https://x.example)\n> `code`")).toBe("Big news see here code");
  expect(previewOf("*so* it is: 2*3*4 = 24, **a*b*c** too")).toBe("so it is: 2*3*4 = 24, a*b*c too");
});

test("whom a text names is a link to them, as they are called now; code and other words stay", () => {
  const mentions = [
    { text: "@小明", user: "M" },
    { text: "@小", user: "X" },
    { text: "#hall", channel: "C" },
    { text: "@all", wide: "channel" as const },
  ];
  const shown = renderToStaticMarkup(
    <Markdown text="请**@小明**看#hall，`@小明` a@all @all" mentions={mentions} me="M" nameOf={() => "明明"} />,
  );
  expect(shown).toContain(
    '<span class="mention" data-me="true"><a class="person " href="/u/M" data-person="M">@明明</a>',
  );
  expect(shown).toContain('<a class="mention" href="/c/C">#hall</a>');
  expect(shown).toContain("<code>@小明</code> a@all <strong");
  expect(shown).not.toContain('data-person="X"');
});
