"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";

import { Avatar } from "@/components/avatar";
import { Markdown } from "@/components/markdown";
import { OriginLabel } from "@/components/parts/origin_label";
import { Parts } from "@/components/parts/parts";
import { PollCard } from "@/components/polls/lazy";
import { HitTime, useCalendar } from "@/components/time";
import { messagePath } from "@/lib/addresses";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

interface KeptMessageProps {
  message: MessagePosted;
  author: string;
  /** Where it is, where that is not plain. */
  place?: ReactNode;
  /** Below it: who put it aside, and what one can do. */
  children: ReactNode;
}

/** A message away from its room: what it says and brings, and the way to where it stands. */
export function KeptMessage({ message, author, place, children }: KeptMessageProps) {
  const t = useTranslations("message");
  const calendar = useCalendar();
  const { forward, text, parts } = message;
  return (
    <article className="kept">
      <Link className="kept-head" href={messagePath(message.channel, message.number)} prefetch={false} scroll={false}>
        <Avatar id={message.author} name={author} size="small" />
        <span className="kept-author">{author}</span>
        {place}
        <span className="kept-time">
          <HitTime at={message.at} />
        </span>
      </Link>
      <div className="kept-body">
        {forward && <OriginLabel origin={forward} calendar={calendar} />}
        {text && <Markdown text={text} />}
        {parts && (
          <Parts parts={parts} author={author} poll={(part) => <PollCard part={part} state={message.poll} />} />
        )}
        {message.edited_at !== undefined && <span className="edited">{t("edited")}</span>}
      </div>
      {children}
    </article>
  );
}
