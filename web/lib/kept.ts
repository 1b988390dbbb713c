/** Messages put aside, brought up to date with what the room knows. Pure. */

import type { MessagePosted, Pin, PinList, Room } from "./protocol.gen.ts";

/** Those of the list that are pinned still, the newest pin first, each as it is now where the room has it. */
export function pinsNow(list: PinList, { pins = [], lines }: Room): Pin[] {
  const pinned = new Set(pins);
  const now = new Map(
    lines.filter((line): line is MessagePosted => line.type === "message.posted").map((line) => [line.number, line]),
  );
  return list.pins
    .filter(({ message }) => pinned.has(message.number))
    .map((pin) => ({ ...pin, message: now.get(pin.message.number) ?? pin.message }));
}
