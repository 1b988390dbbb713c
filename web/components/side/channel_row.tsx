"use client";

import Link, { useLinkStatus } from "next/link";
import { useTranslations } from "next-intl";
import { memo } from "react";

import { ChannelAvatar } from "@/components/avatar";
import { useEphemera } from "@/components/presence";
import { TypingDots, useTypingText } from "@/components/room/typing_line";
import { ListTime } from "@/components/time";
import { channelPath } from "@/lib/addresses";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";
import { previewOf } from "@/lib/preview";
import { unreadLabel } from "@/lib/state_views";

interface ChannelRowProps {
  channel: ChannelSummary;
  open: boolean;
  /** Who wrote the last message. */
  author: string | undefined;
  nameOf(id: string): string;
}

const NOBODY: readonly string[] = [];

export const ChannelRow = memo(function ChannelRow({ channel, open, author, nameOf }: ChannelRowProps) {
  const t = useTranslations("side");
  const unread = channel.unread?.length ?? 0;
  return (
    <li>
      <Link
        className="channel"
        href={channelPath(channel.id)}
        prefetch={false}
        aria-current={open ? "page" : undefined}
        data-unread={unread > 0 || undefined}
      >
        <ChannelAvatar id={channel.id} locked={channel.private} size="large" />
        <span className="channel-name">
          {channel.name}
          {channel.private && <span className="unseen"> ({t("private")})</span>}
        </span>
        <span className="channel-time">
          <Pending />
          {channel.last && <ListTime at={channel.last.at} />}
        </span>
        <Last channel={channel} author={author} nameOf={nameOf} />
        {unread > 0 && (
          <span className="badge">
            <span aria-hidden="true">{unreadLabel(channel.unread)}</span>
            <span className="unseen">{unread > 99 ? t("manyUnread") : t("unread", { count: unread })}</span>
          </span>
        )}
      </Link>
    </li>
  );
});

/** What was said last, or that somebody is about to say more. */
function Last({ channel, author, nameOf }: Omit<ChannelRowProps, "open">) {
  const t = useTranslations("side");
  const writers = useEphemera((ephemera) => ephemera.typing(channel.id), NOBODY);
  const say = useTypingText(nameOf);
  const { last } = channel;
  return (
    <>
      {writers.length > 0 && (
        // The list of channels is to be read in peace: that somebody types is for the eye alone.
        <span className="channel-last channel-typing" aria-hidden="true">
          <TypingDots />
          {say(writers)}
        </span>
      )}
      <span className={writers.length > 0 ? "unseen" : "channel-last"}>
        {!last && (channel.topic ?? t("empty"))}
        {last?.deleted && <i>{t("deleted")}</i>}
        {last && !last.deleted && (
          <>
            {author && <span className="channel-author">{author}: </span>}
            {previewOf(last.text ?? "")}
          </>
        )}
      </span>
    </>
  );
}

/** A small turning ring while the channel is being opened; a style rule shows it only after 200 ms. */
function Pending() {
  const { pending } = useLinkStatus();
  return pending ? <span className="pending" aria-hidden="true" /> : null;
}
