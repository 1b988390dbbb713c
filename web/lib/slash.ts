/** What can be done by writing "/name …": one entry each. Only what the server has a command for, or a text stands for. */

import { callApi, Refusal } from "./api_client.ts";
import { channelPath, searchPath } from "./addresses.ts";
import type { Command } from "./carrier.ts";
import type { Ok, UserView } from "./protocol.gen.ts";

/** What a command may use. */
export interface SlashAround {
  channel: string;
  run(command: Command): Promise<Ok>;
  post(text: string): Promise<boolean>;
  goTo(path: string): void;
}

export interface SlashCommand {
  /** What stands behind the name; nothing where it takes nothing. */
  takes?: "text" | "person" | "channel";
  /** It may stand alone although it takes something. */
  alone?: true;
  carryOut(around: SlashAround, argument: string): Promise<unknown>;
}

export const SLASH_COMMANDS = {
  me: { takes: "text", carryOut: (around, text) => say(around, `*${text.replaceAll("*", "\\*")}*`) },
  shrug: { takes: "text", alone: true, carryOut: (around, text) => say(around, `${text} ¯\\\\\\_(ツ)\\_/¯`.trim()) },
  topic: {
    takes: "text",
    alone: true,
    carryOut: ({ channel, run }, topic) => run({ type: "channel.update", channel, topic }),
  },
  rename: { takes: "text", carryOut: ({ channel, run }, name) => run({ type: "channel.update", channel, name }) },
  invite: {
    takes: "person",
    carryOut: async ({ channel, run }, name) => run({ type: "member.add", channel, user: (await findPerson(name)).id }),
  },
  remove: {
    takes: "person",
    carryOut: async ({ channel, run }, name) =>
      run({ type: "member.remove", channel, user: (await findPerson(name)).id }),
  },
  join: {
    takes: "channel",
    carryOut: async ({ run, goTo }, name) => {
      const channel = await findChannel(name);
      await run({ type: "channel.join", channel });
      goTo(channelPath(channel));
    },
  },
  leave: {
    carryOut: async ({ channel, run, goTo }) => {
      await run({ type: "channel.leave", channel });
      goTo("/inbox");
    },
  },
  search: { takes: "text", carryOut: async ({ goTo }, q) => goTo(searchPath({ q })) },
} as const satisfies Record<string, SlashCommand>;

export type SlashName = keyof typeof SLASH_COMMANDS;

export const SLASH_NAMES = Object.keys(SLASH_COMMANDS) as SlashName[];

/** What a text asks for: a command with its argument, the plain text without its second slash, or why neither. */
export type Slashed =
  | { kind: "text"; text: string }
  | { kind: "command"; name: SlashName; argument: string }
  | { kind: "fault"; code: "no_such_command" | "argument_missing" };

const COMMAND = /^\/(\p{L}[\p{L}-]*)(?:\s+([\s\S]*))?$/u;

export function readSlash(text: string): Slashed {
  if (text.startsWith("//")) return { kind: "text", text: text.slice(1) };
  const match = COMMAND.exec(text.trimEnd());
  // "/usr/bin" and "/ 2" are no commands.
  if (!match) return { kind: "text", text };
  const [, name = "", rest = ""] = match;
  if (!Object.hasOwn(SLASH_COMMANDS, name)) return { kind: "fault", code: "no_such_command" };
  const command: SlashCommand = SLASH_COMMANDS[name as SlashName];
  const argument = rest.trim();
  if (command.takes && !command.alone && !argument) return { kind: "fault", code: "argument_missing" };
  return { kind: "command", name: name as SlashName, argument };
}

async function say(around: SlashAround, text: string): Promise<void> {
  if (!(await around.post(text))) throw new Refusal("busy", true);
}

async function findPerson(written: string): Promise<UserView> {
  const name = written.replace(/^@/u, "");
  const { users } = await callApi<{ users: UserView[] }>("GET", `/api/users?prefix=${encodeURIComponent(name)}`);
  const found = users.find((user) => same(user.name, name));
  if (!found) throw new Refusal("no_such_user");
  return found;
}

async function findChannel(written: string): Promise<string> {
  const name = written.replace(/^#/u, "");
  const { channels } = await callApi<{ channels: { channel: { id: string; name: string } }[] }>("GET", "/api/channels");
  const found = channels.find(({ channel }) => same(channel.name, name));
  if (!found) throw new Refusal("no_such_channel");
  return found.channel.id;
}

function same(one: string, other: string): boolean {
  return one.normalize("NFKC").toLowerCase() === other.normalize("NFKC").toLowerCase();
}
