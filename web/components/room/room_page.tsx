import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { randomUUID } from "node:crypto";

import { Room } from "@/components/room/room";
import { TroublePage } from "@/components/trouble";
import { channelPath, first } from "@/lib/addresses";
import { loadOlder, loadSnapshot } from "@/lib/api_server";
import type { Room as RoomState, Snapshot } from "@/lib/protocol.gen.ts";

interface RoomPageProps {
  channel: string;
  /** The message to show the surroundings of. */
  around?: number;
  /** Show the lines before this seq: for browsers without JavaScript. */
  before?: number;
  error?: string | string[];
  panelError?: string | string[];
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A room, in whatever window its address asks for. */
export async function RoomPage({ channel, around, before, error, panelError }: RoomPageProps) {
  const page = around === undefined ? channelPath(channel) : `${channelPath(channel)}/${around}`;
  if (!ULID.test(channel)) notFound();
  const { data, trouble } = await loadSnapshot({ channel, around }, page);
  if (trouble) return <TroublePage code={trouble.code} />;
  if (!data.room) notFound();
  let served: Snapshot & { room: RoomState } = { ...data, room: data.room };
  if (before !== undefined) {
    const older = await loadOlder(channel, before, page);
    if (older.trouble) return <TroublePage code={older.trouble.code} />;
    const { messages, users = [], ...window } = older.data;
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
      target={around}
      formKey={randomUUID()}
      error={first(error)}
      panelError={first(panelError)}
    />
  );
}

export async function roomMetadata(channel: string): Promise<Metadata> {
  if (!ULID.test(channel)) return {};
  const { data } = await loadSnapshot({ channel }, channelPath(channel));
  return { title: data?.room?.channel.name };
}

/** A whole number above zero, or undefined. */
export function wholeNumber(value: string | string[] | undefined): number | undefined {
  const text = first(value);
  return text && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
}
