import Link from "next/link";

import { PersonLink } from "@/components/people/person_link";
import { channelPath } from "@/lib/addresses";
import type { Mention } from "@/lib/protocol.gen.ts";

interface MentionLinkProps {
  mention: Mention;
  me: string | undefined;
  nameOf: ((id: string) => string) | undefined;
}

/** The way to whom a text names; called as they are called now, not as they were. */
export function MentionLink({ mention, me, nameOf }: MentionLinkProps) {
  const { text, user, channel } = mention;
  if (channel)
    return (
      <Link className="mention" href={channelPath(channel)} prefetch={false}>
        {text}
      </Link>
    );
  if (!user)
    return (
      <strong className="mention" data-me>
        {text}
      </strong>
    );
  return (
    <span className="mention" data-me={user === me || undefined}>
      <PersonLink id={user}>{nameOf ? `@${nameOf(user)}` : text}</PersonLink>
    </span>
  );
}
