"use client";

import { useTranslations } from "next-intl";

import { Avatar } from "@/components/avatar";
import { useShallowLink } from "@/components/shallow_link";
import { Clock } from "@/components/time";
import { threadPath } from "@/lib/addresses";
import type { MessagePosted } from "@/lib/protocol.gen.ts";
import type { Calendar } from "@/lib/times";

interface RepliesLinkProps {
  message: MessagePosted;
  /** How many of the replies are unread, for who follows the thread. */
  unread: number | undefined;
  nameOf(id: string): string;
  calendar: Calendar;
}

/** Under a message: who took part in its thread last, how many replies there are, and the way to them. */
export function RepliesLink({ message, unread = 0, nameOf, calendar }: RepliesLinkProps) {
  const { channel, number, replies } = message;
  const t = useTranslations("thread");
  const link = useShallowLink(threadPath(channel, number));
  if (!replies) return null;
  return (
    <a className="replies" {...link}>
      <span className="replies-faces" aria-hidden="true">
        {replies.people.map((user) => (
          <Avatar key={user} id={user} name={nameOf(user)} size="small" />
        ))}
      </span>
      <span className="replies-count">{t("count", { count: replies.count })}</span>
      {unread > 0 && <span className="replies-new">{t("new", { count: unread })}</span>}
      <span className="replies-at">
        <Clock at={replies.at} calendar={calendar} />
      </span>
    </a>
  );
}
