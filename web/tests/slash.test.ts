import { expect, test } from "vitest";

import { parseMarkdown, textOf } from "@/lib/markdown";
import { readSlash, SLASH_COMMANDS, type SlashAround } from "@/lib/slash";

function around(): SlashAround & { said: string[]; ran: unknown[]; went: string[] } {
  const [said, ran, went]: [string[], unknown[], string[]] = [[], [], []];
  return {
    said,
    ran,
    went,
    channel: "HALL",
    post: async (text) => said.push(text) > 0,
    run: async (command) => {
      ran.push(command);
      return { type: "ok", id: 0 };
    },
    goTo: (path) => void went.push(path),
  };
}

test("a command has a name and what stands behind it", () => {
  expect(readSlash("/topic Tea at four")).toEqual({ kind: "command", name: "topic", argument: "Tea at four" });
  expect(readSlash("/leave ")).toEqual({ kind: "command", name: "leave", argument: "" });
});

test("paths, fractions and a doubled slash are text", () => {
  expect(readSlash("/usr/bin/env")).toEqual({ kind: "text", text: "/usr/bin/env" });
  expect(readSlash("/ 2")).toEqual({ kind: "text", text: "/ 2" });
  expect(readSlash("//topic is a command")).toEqual({ kind: "text", text: "/topic is a command" });
});

test("an unknown command and one that lacks something are refused", () => {
  expect(readSlash("/dance")).toEqual({ kind: "fault", code: "no_such_command" });
  expect(readSlash("/toString")).toEqual({ kind: "fault", code: "no_such_command" });
  expect(readSlash("/invite")).toEqual({ kind: "fault", code: "argument_missing" });
});

test("/me is emphasis and /shrug is seen as it is meant", async () => {
  const { said, ...rest } = around();
  await SLASH_COMMANDS.me.carryOut(rest, "waves");
  await SLASH_COMMANDS.shrug.carryOut(rest, "");
  expect(said[0]).toBe("*waves*");
  expect(textOf(parseMarkdown(said[1] ?? ""))).toBe("¯\\_(ツ)_/¯");
});

test("/topic alone takes the topic away, /leave goes back to the list", async () => {
  const to = around();
  await SLASH_COMMANDS.topic.carryOut(to, "");
  await SLASH_COMMANDS.leave.carryOut(to);
  expect(to.ran).toEqual([
    { type: "channel.update", channel: "HALL", topic: "" },
    { type: "channel.leave", channel: "HALL" },
  ]);
  expect(to.went).toEqual(["/inbox"]);
});
