import { Hash, Lock, MessagesSquare } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { Avatar } from "@/components/avatar";
import { HitTime } from "@/components/time";
import { pathOf } from "@/lib/addresses";
import { isConversation } from "@/lib/conversations";
import { cleanExcerpt, leadIn } from "@/lib/excerpt";
import type { ExcerptPart, SearchHit } from "@/lib/protocol.gen.ts";

interface HitProps {
  hit: SearchHit;
  author: string;
  /** Whether its message is the one that is open beside the list. */
  open?: boolean;
  /** In two short lines instead of three. */
  narrow?: boolean;
}

/** How much may stand before what was found, in letters. */
const LEAD = 64;
const NARROW_LEAD = 34;

/** One result: a link to its message, where it stands among the others. */
export function Hit({ hit: { message, channel, excerpt }, author, open, narrow }: HitProps) {
  const t = useTranslations("search");
  const words = useTranslations("message");
  return (
    <li>
      <Link
        className="hit"
        href={pathOf(message)}
        prefetch={false}
        // The room goes to the message by itself, and to the middle of the window.
        scroll={false}
        aria-current={open ? "true" : undefined}
      >
        <Avatar id={message.author} name={author} />
        <span className="hit-head">
          <span className="hit-author">{author}</span>
          <span className="unseen"> {t("in")} </span>
          <span className="hit-channel">
            {isConversation(channel) ? (
              <MessagesSquare aria-hidden />
            ) : channel.private ? (
              <Lock aria-hidden />
            ) : (
              <Hash aria-hidden />
            )}
            <span>{channel.name}</span>
          </span>
          <span className="hit-time">
            <HitTime at={message.at} />
          </span>
        </span>
        <span className="hit-text" dir="auto">
          {message.deleted ? (
            <span className="gone">{words("deleted")}</span>
          ) : (
            <Excerpt pieces={excerpt} lead={narrow ? NARROW_LEAD : LEAD} />
          )}
          {message.edited_at !== undefined && !message.deleted && <span className="edited">{words("edited")}</span>}
        </span>
      </Link>
    </li>
  );
}

function Excerpt({ pieces, lead }: { pieces: readonly ExcerptPart[]; lead: number }) {
  const shown = leadIn(cleanExcerpt(pieces), lead);
  return shown.map(({ text, hit }, index) => (hit ? <mark key={index}>{text}</mark> : text));
}
