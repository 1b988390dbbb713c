import { Hash, Lock } from "lucide-react";

import { hueOf, initialsOf } from "@/lib/names";

interface AvatarProps {
  id: string;
  name: string;
  size?: "small" | "large";
}

/** A person, as a coloured initial. Beside the name, so screen readers skip it. */
export function Avatar({ id, name, size }: AvatarProps) {
  return (
    <span className={`avatar ${size ?? ""}`} data-hue={hueOf(id)} aria-hidden="true">
      {initialsOf(name)}
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
