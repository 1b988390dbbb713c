import { NotebookPen } from "lucide-react";

import { Avatar } from "@/components/avatar";
import { isNotes, othersIn } from "@/lib/conversations";
import { hueOf } from "@/lib/names";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

interface ConversationAvatarProps {
  channel: ChannelSummary;
  me: string;
  size?: "small" | "large";
}

/** A conversation as its people: one with who is there, or two of several one over the other. */
export function ConversationAvatar({ channel, me, size }: ConversationAvatarProps) {
  const others = othersIn(channel, me);
  const [first, second] = others;
  if (isNotes(channel))
    return (
      <span className={`avatar ${size ?? ""}`} data-hue={hueOf(me)} aria-hidden="true">
        <NotebookPen />
      </span>
    );
  if (!first || !second) {
    const alone = first ?? channel.people?.[0];
    return alone ? <Avatar id={alone.id} name={alone.name} size={size} presence={channel.kind === "direct"} /> : null;
  }
  return (
    <span className={`avatar-pair ${size ?? ""}`} aria-hidden="true">
      <Avatar id={first.id} name={first.name} />
      <Avatar id={second.id} name={second.name} />
    </span>
  );
}
