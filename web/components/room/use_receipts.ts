"use client";

import { useEffect, useMemo } from "react";

import { useSession } from "@/components/chat_provider";
import { useEphemera } from "@/components/presence";
import type { Room } from "@/lib/protocol.gen.ts";
import { type Sign, signsOf } from "@/lib/receipts";

const NONE: ReadonlyMap<number, Sign> = new Map();

/** The signs of one's own messages, in a conversation small enough to tell; asked for while the room is open. */
export function useReceipts({ channel, member, lines }: Room, me: string): ReadonlyMap<number, Sign> {
  const session = useSession();
  const told = useEphemera((ephemera) => member && ephemera.tellsPositions(channel.members), false);
  useEffect(() => (told ? session?.ephemera.follow(channel.id) : undefined), [session, told, channel.id]);
  const positions = useEphemera((ephemera) => ephemera.positions(channel.id), undefined);
  return useMemo(() => (told && positions ? signsOf(lines, positions, me) : NONE), [told, positions, lines, me]);
}
