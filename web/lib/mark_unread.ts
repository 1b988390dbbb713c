/** Marking a channel as unread: the position goes to before the newest message of somebody else. */

import { callApi } from "./api_client.ts";
import type { ChannelSummary, Line } from "./protocol.gen.ts";

/** The position that leaves one message unread; undefined when nobody else has written among the newest. */
export async function unreadPosition(channel: ChannelSummary, me: string): Promise<number | undefined> {
  const { last, id } = channel;
  if (last && !last.deleted && last.author !== me) return last.number - 1;
  const { messages } = await callApi<{ messages: Line[] }>("GET", `/api/channels/${id}/messages?limit=50`);
  const newest = messages.findLast((line) => line.type === "message.posted" && line.author !== me && !line.deleted);
  return newest?.type === "message.posted" ? newest.number - 1 : undefined;
}
