import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { chooseLocale } from "@/i18n/locales";
import { safeNext } from "@/lib/addresses";
import { hueOf, initialsOf } from "@/lib/names";
import { byActivity, unreadLabel } from "@/lib/state_views";
import { ERRORS } from "@/lib/protocol.gen.ts";

import { DEN, summary } from "./make";

test("initials stand for names of every script", () => {
  expect(initialsOf("ann")).toBe("A");
  expect(initialsOf("ann.nguyen")).toBe("AN");
  expect(initialsOf("王小明")).toBe("王");
  expect(initialsOf("Ольга_П")).toBe("ОП");
  expect(hueOf("a")).toBe(hueOf("a"));
});

test("the language follows the browser's order, and falls back to English", () => {
  expect(chooseLocale("fr;q=0.9, zh-TW;q=0.8, en;q=0.7")).toBe("zh-CN");
  expect(chooseLocale("en-GB,zh;q=0.9")).toBe("en");
  expect(chooseLocale("de")).toBe("en");
  expect(chooseLocale(null)).toBe("en");
});

test("after the log-in one only ever goes to an address of ours", () => {
  expect(safeNext("/c/x?before=3")).toBe("/c/x?before=3");
  for (const bad of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "/\t/evil.example",
    "/a\\b",
    "",
    undefined,
    ["/a", "/b"],
  ]) {
    expect(safeNext(bad)).toBe("/");
  }
});

test("channels are in the order of their last words", () => {
  const quiet = summary({ created_at: 100 });
  const loud = summary({ id: DEN, last: { number: 1, author: "a", at: 200 } });
  expect(byActivity([quiet, loud])).toEqual([loud, quiet]);
});

test("unread is exact to 99", () => {
  expect(unreadLabel(undefined)).toBe("0");
  expect(unreadLabel(Array.from({ length: 99 }, (_, index) => index))).toBe("99");
  expect(unreadLabel(Array.from({ length: 100 }, (_, index) => index))).toBe("99+");
});

type Words = { readonly [key: string]: string | Words };

const read = (name: string): Words =>
  JSON.parse(readFileSync(new URL(`../messages/${name}.json`, import.meta.url), "utf8"));

/** Each word by its whole name, however deep it lies. */
const flat = (words: Words, before = ""): [string, string][] =>
  Object.entries(words).flatMap(([key, each]) =>
    typeof each === "string" ? [[before + key, each]] : flat(each, `${before}${key}.`),
  );

test("both languages have the same words, with the same places in them", () => {
  const [en, zh] = [flat(read("en")), new Map(flat(read("zh-CN")))];
  expect([...zh.keys()]).toEqual(en.map(([key]) => key));
  const places = (text: string) => new Set([...text.matchAll(/\{(\w+)[,}]/g)].map((match) => match[1]));
  for (const [key, text] of en) expect(places(zh.get(key) ?? ""), key).toEqual(places(text));
});

test("every error a person can meet has words", () => {
  const programs =
    /^(bad_json|bad_command|bad_request|hello_expected|unsupported_media_type|method_not_allowed|not_logged_in|bad_key|not_found|too_many_connections|pages_unavailable|internal|bad_handshake|bad_version|head_)/;
  const known = Object.keys(read("en").errors ?? {});
  expect(Object.keys(ERRORS).filter((code) => !programs.test(code) && !known.includes(code))).toEqual([]);
});
