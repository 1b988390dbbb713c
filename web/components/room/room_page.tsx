import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { randomUUID } from "node:crypto";

import { Room } from "@/components/room/room";
import { TroublePage } from "@/components/trouble";
import { channelPath, first, pinsPath, threadPath } from "@/lib/addresses";
import { loadLines, loadPins, loadSnapshot } from "@/lib/api_server";
import type { Room as RoomState, Snapshot } from "@/lib/protocol.gen.ts";

interface RoomPageProps {
  channel: string;
  /** The message to show the surroundings of. */
  around?: number;
  /** Show the lines before this seq: for browsers without JavaScript. */
  before?: number | undefined;
  /** Show the lines after this seq, for the same. */
  after?: number | undefined;
  /** Show the thread on this message; `around` may be a reply in it. */
  thread?: number | undefined;
  error?: string | string[];
  panelError?: string | string[];
  /** Whether the pins stand open beside it. */
  pins?: boolean;
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A room, in whatever window its address asks for. */
export async function RoomPage({ channel, around, before, after, thread, error, panelError, pins }: RoomPageProps) {
  const page = around === undefined ? channelPath(channel) : `${channelPath(channel)}/${around}`;
  if (!ULID.test(channel)) notFound();
  const { data, trouble } = await loadSnapshot({ channel, around, thread }, page);
  if (trouble) return <TroublePage code={trouble.code} />;
  if (!data.room) notFound();
  // A reply has its page in its thread.
  const root = data.thread?.root.number;
  if (root !== undefined && root !== thread) redirect(threadPath(channel, root, thread ?? around));
  const pinned = pins ? await loadPins(channel, pinsPath(channel)) : undefined;
  if (pinned?.trouble) return <TroublePage code={pinned.trouble.code} />;
  let served: Snapshot & { room: RoomState } = { ...data, room: data.room };
  if (before !== undefined || after !== undefined) {
    const lines = await loadLines(channel, before !== undefined ? { before } : { after }, page);
    if (lines.trouble) return <TroublePage code={lines.trouble.code} />;
    const { messages, users = [], ...window } = lines.data;
    const known = data.users ?? [];
    served = {
      ...served,
      users: [...known, ...users.filter((user) => !known.some((one) => one.id === user.id))],
      room: { ...served.room, ...window, lines: messages },
    };
  }
  return (
    <Room
      key={channel}
      served={served}
      formKey={randomUUID()}
      error={first(error)}
      panelError={first(panelError)}
      pins={pinned?.data}
    />
  );
}

export async function roomMetadata(channel: string): Promise<Metadata> {
  if (!ULID.test(channel)) return {};
  const { data } = await loadSnapshot({ channel }, channelPath(channel));
  return { title: data?.room?.channel.name };
}
