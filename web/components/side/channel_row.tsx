"use client";

import Link, { useLinkStatus } from "next/link";
import { useTranslations } from "next-intl";
import { memo } from "react";

import { ChannelAvatar } from "@/components/avatar";
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
}

export const ChannelRow = memo(function ChannelRow({ channel, open, author }: ChannelRowProps) {
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
        <span className="channel-last">
          {channel.last ? (
            channel.last.deleted ? (
              <i>{t("deleted")}</i>
            ) : (
              <>
                {author && <span className="channel-author">{author}: </span>}
                {previewOf(channel.last.text ?? "")}
              </>
            )
          ) : (
            (channel.topic ?? t("empty"))
          )}
        </span>
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

/** A small turning ring while the channel is being opened; a style rule shows it only after 200 ms. */
function Pending() {
  const { pending } = useLinkStatus();
  return pending ? <span className="pending" aria-hidden="true" /> : null;
}
