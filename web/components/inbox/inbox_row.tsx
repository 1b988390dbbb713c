"use client";

import { AtSign, Check, CornerUpLeft, Hash, Lock } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { Avatar } from "@/components/avatar";
import { Markdown } from "@/components/markdown";
import { ListTime } from "@/components/time";
import { pathOf } from "@/lib/addresses";
import type { InboxItem } from "@/lib/protocol.gen.ts";

interface InboxRowProps {
  item: InboxItem;
  me: string;
  nameOf(id: string): string;
  /** The page it stands on. */
  here: string;
}

const ICONS = { mention: AtSign, reply: CornerUpLeft };

/** One message that is addressed to the reader: who says what, where, and why it is here. */
export function InboxRow({ item: { message, channel, reasons, unread }, me, nameOf, here }: InboxRowProps) {
  const t = useTranslations("mine");
  const kinds = useTranslations("parts.kinds");
  const [reason = "mention"] = reasons;
  const Icon = ICONS[reason];
  const author = nameOf(message.author);
  return (
    <li className="inbox-row" data-unread={unread}>
      <Avatar id={message.author} name={author} />
      <div className="inbox-body">
        <p className="inbox-meta">
          <Link className="inbox-who" href={pathOf(message)} prefetch={false}>
            {author}
            {unread && <span className="unseen"> ({t("new")})</span>}
          </Link>
          <span className="inbox-why">
            <Icon aria-hidden />
            {reasons.map((each) => t(`why.${each}`)).join(", ")}
          </span>
          <span className="inbox-where">
            {channel.private ? <Lock aria-hidden /> : <Hash aria-hidden />}
            {channel.name}
          </span>
          <ListTime at={message.at} />
        </p>
        <div className="inbox-said">
          {message.text ? (
            <Markdown text={message.text} mentions={message.mentions} me={me} nameOf={nameOf} />
          ) : (
            message.parts?.[0] && kinds(message.parts[0].kind)
          )}
        </div>
      </div>
      {unread && (
        <form method="post" action={`/forms/channels/${channel.id}/position`}>
          <input type="hidden" name="number" value={message.number} />
          <input type="hidden" name="next" value={here} />
          <button className="icon-button" aria-label={t("read", { name: author })} title={t("readTitle")}>
            <Check aria-hidden />
          </button>
        </form>
      )}
    </li>
  );
}
