/** Every command is a route too: this is the way of a command where there is no socket. */

import { callApi } from "./api_client.ts";
import type { Command } from "./carrier.ts";
import type { Ok } from "./protocol.gen.ts";

type Call = Parameters<typeof callApi>;

/** The request that does what `command` does; undefined for those that make sense on the socket only. */
export function requestOf(command: Command): Call | undefined {
  const at = "channel" in command ? `/api/channels/${command.channel}` : "";
  switch (command.type) {
    case "message.post":
      return ["POST", `${at}/messages`, pick(command)];
    case "message.edit":
      return ["PATCH", `${at}/messages/${command.number}`, { text: command.text }];
    case "message.delete":
      return ["DELETE", `${at}/messages/${command.number}`];
    case "preview.remove":
      return ["DELETE", `${at}/messages/${command.number}/previews`];
    case "reaction.add":
      return ["PUT", `${at}/messages/${command.number}/reactions/${encodeURIComponent(command.emoji)}`];
    case "reaction.remove":
      return ["DELETE", `${at}/messages/${command.number}/reactions/${encodeURIComponent(command.emoji)}`];
    case "poll.vote":
      return ["PUT", `${at}/messages/${command.number}/poll/vote`, { options: command.options }];
    case "poll.close":
      return ["DELETE", `${at}/messages/${command.number}/poll`];
    case "message.pin":
      return ["PUT", `${at}/pins/${command.number}`];
    case "message.unpin":
      return ["DELETE", `${at}/pins/${command.number}`];
    case "notifications.update":
      return ["PUT", "/api/me/notifications", command.settings];
    case "channel.notify":
      return ["PUT", `${at}/notifications`, { level: command.level }];
    case "message.save":
      return ["PUT", `/api/saved/${command.channel}/${command.number}`];
    case "message.unsave":
      return ["DELETE", `/api/saved/${command.channel}/${command.number}`];
    case "thread.follow":
      return ["PUT", `${at}/messages/${command.number}/thread/following`];
    case "thread.unfollow":
      return ["DELETE", `${at}/messages/${command.number}/thread/following`];
    case "thread.read":
      return ["PUT", `${at}/messages/${command.number}/thread/position`, { number: command.position }];
    case "position.set":
      return ["PUT", `${at}/position`, { number: command.number }];
    case "channel.create":
      return ["POST", "/api/channels", { name: command.name, topic: command.topic, private: command.private }];
    case "channel.update":
      return ["PATCH", at, { name: command.name, topic: command.topic }];
    case "channel.join":
      return ["PUT", `${at}/members/me`];
    case "channel.leave":
      return ["DELETE", `${at}/members/me`];
    case "conversation.open":
      return ["POST", "/api/conversations", { users: command.users }];
    case "membership.update": {
      const { muted, pinned, hidden } = command;
      return ["PATCH", `${at}/membership`, { muted, pinned, hidden }];
    }
    case "member.add":
      return ["PUT", `${at}/members/${command.user}`];
    case "member.remove":
      return ["DELETE", `${at}/members/${command.user}`];
    case "member.list":
      return ["GET", `${at}/members${command.after ? `?after=${command.after}` : ""}`];
    case "typing.start":
      return ["PUT", `${at}/typing`];
    case "typing.stop":
      return ["DELETE", `${at}/typing`];
    case "presence.watch":
      // Who is there now; to be told of changes belongs to a socket.
      return command.users.length > 0 ? ["GET", `/api/presence?users=${command.users.join(",")}`] : undefined;
    case "receipt.list":
      return ["GET", `${at}/receipts`];
    default:
      return undefined;
  }
}

function pick({ text, key, parts, reply, forward, thread }: Extract<Command, { type: "message.post" }>): object {
  return { text, key, parts, reply, forward, thread };
}

/** What routes answer: the fields of ok, but a new channel whole. */
type Answer = Pick<Ok, "seq" | "number" | "members" | "presence" | "positions"> & { channel?: { id: string } };

export async function callCommand(command: Command): Promise<Ok> {
  const call = requestOf(command);
  // Some have nothing to say, and then not even an empty object.
  const answer = (call && (await callApi<Answer | undefined>(...call))) ?? {};
  return { ...answer, type: "ok", id: 0, channel: answer.channel?.id };
}
