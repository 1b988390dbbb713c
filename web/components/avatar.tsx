import { Hash, Lock } from "lucide-react";

import { PresenceDot } from "@/components/presence";
import { hueOf, initialsOf } from "@/lib/names";

interface AvatarProps {
  id: string;
  name: string;
  size?: "tiny" | "small" | "large" | undefined;
  /** With a dot for who is here. */
  presence?: boolean | undefined;
  /** A click opens their card. */
  card?: boolean;
}

/** A person, as a coloured initial. Beside the name, so screen readers skip it. */
export function Avatar({ id, name, size, presence, card }: AvatarProps) {
  return (
    <span
      className={`avatar ${size ?? ""}`}
      data-hue={hueOf(id)}
      data-person={card ? id : undefined}
      aria-hidden="true"
    >
      {initialsOf(name)}
      {presence && <PresenceDot user={id} />}
    </span>
  );
}

export function ChannelAvatar({
  id,
  locked,
  size,
}: {
  id: string;
  locked: boolean | undefined;
  size?: "small" | "large";
}) {
  return (
    <span className={`avatar square ${size ?? ""}`} data-hue={hueOf(id)} aria-hidden="true">
      {locked ? <Lock /> : <Hash />}
    </span>
  );
}
