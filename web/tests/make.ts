/** Small states and events to test with. */

import type { ClientState } from "@/lib/apply_event";
import type { ChannelSummary, MessagePosted, Room, Snapshot } from "@/lib/protocol.gen.ts";

export const ME = "01HME0000000000000000000ME";
export const ANN = "01HANN000000000000000000AN";
export const BOB = "01HB0B0000000000000000000B";
export const HALL = "01HHA11000000000000000HA11";
export const DEN = "01HDEN000000000000000000DE";

export function summary(changes: Partial<ChannelSummary> = {}): ChannelSummary {
  const base = { id: HALL, name: "hall", created_by: ANN, created_at: 1, seq: 5, number: 2, members: 2 };
  return { ...base, position: 2, position_seq: 5, ...changes };
}

export function message(number: number, changes: Partial<MessagePosted> = {}): MessagePosted {
  const seq = number + 3;
  return {
    type: "message.posted",
    channel: HALL,
    seq,
    at: seq * 1000,
    number,
    author: ANN,
    text: `text ${number}`,
    ...changes,
  };
}

export function room(changes: Partial<Room> = {}): Room {
  const members = [
    { id: ANN, name: "ann" },
    { id: ME, name: "me" },
  ];
  return { channel: summary(), member: true, lines: [message(1), message(2)], members, ...changes };
}

export function snapshot(changes: Partial<Snapshot> = {}): ClientState {
  const limits = { text_characters: 4000, message_bytes: 65_536, page_size: 50 };
  const user = { id: ME, name: "me", role: "member" } as const;
  const users = [
    { id: ANN, name: "ann" },
    { id: ME, name: "me" },
  ];
  return { epoch: "e", user, seq: 3, channels: [summary()], room: room(), users, limits, server: "Hubbub", ...changes };
}
