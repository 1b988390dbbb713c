"use client";

import { BellOff, Ellipsis, Pin } from "lucide-react";
import dynamic from "next/dynamic";
import Link, { useLinkStatus } from "next/link";
import { useTranslations } from "next-intl";
import { memo, type MouseEvent, useRef, useState } from "react";

import { ChannelAvatar } from "@/components/avatar";
import { useLiveView } from "@/components/chat_provider";
import { ConversationAvatar } from "@/components/people/conversation_avatar";
import { PresenceText, useEphemera } from "@/components/presence";
import { TypingDots, useTypingText } from "@/components/room/typing_line";
import { ListTime } from "@/components/time";
import { useLongPress } from "@/components/use_long_press";
import { channelPath } from "@/lib/addresses";
import { countWaiting, isConversation, isNotes, partnerOf } from "@/lib/conversations";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";
import { previewOf } from "@/lib/preview";
import { namesOf, unreadLabel } from "@/lib/state_views";

const RowMenu = dynamic(() => import("./row_menu").then((module) => module.RowMenu), { ssr: false });

interface ChannelRowProps {
  channel: ChannelSummary;
  open: boolean;
  me: string;
  /** Who said what was said last: a word and no function, so that new names elsewhere leave the row alone. */
  author: string | undefined;
}

const NOBODY: readonly string[] = [];

export const ChannelRow = memo(function ChannelRow({ channel, open, me, author }: ChannelRowProps) {
  const t = useTranslations("side");
  const [menuOpen, setMenuOpen] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const waiting = countWaiting(channel);
  const mentioned = channel.mentioned?.length ?? 0;
  const talk = isConversation(channel);
  const partner = partnerOf(channel, me);
  const name = isNotes(channel) ? t("notes") : channel.name;

  const press = useLongPress(() => setMenuOpen(true), "button");

  /** The finger that opened the menu is lifted over a link (see also `plainLink`). */
  function click(event: MouseEvent) {
    if (!menuOpen) return;
    event.preventDefault();
    event.stopPropagation();
  }

  function openMenu(event: MouseEvent) {
    // Shift asks for the browser's own menu.
    if (event.shiftKey) return;
    event.preventDefault();
    setMenuOpen(true);
  }

  return (
    <li className="row" data-held={menuOpen || undefined} onContextMenu={openMenu} {...press}>
      <Link
        className="channel"
        href={channelPath(channel.id)}
        prefetch={false}
        onClickCapture={click}
        aria-current={open ? "page" : undefined}
        data-unread={waiting > 0 || undefined}
        data-muted={channel.muted || undefined}
      >
        {talk ? (
          <ConversationAvatar channel={channel} me={me} size="large" />
        ) : (
          <ChannelAvatar id={channel.id} locked={channel.private} size="large" />
        )}
        <span className="channel-name">
          {name}
          {channel.private && !talk && <span className="unseen"> ({t("private")})</span>}
          {partner && partner.id !== me && <PresenceText user={partner.id} />}
        </span>
        <span className="channel-time">
          <Pending />
          {channel.last && <ListTime at={channel.last.at} />}
        </span>
        <Last channel={channel} me={me} author={author} />
        <span className="channel-signs">
          {channel.muted && <Sign icon={<BellOff aria-hidden />} name={t("muted")} />}
          {channel.pinned && <Sign icon={<Pin aria-hidden />} name={t("pinned")} />}
          {mentioned > 0 && (
            <span className="badge mentions">
              <span aria-hidden="true">@{unreadLabel(channel.mentioned)}</span>
              <span className="unseen">{t("mentioned", { count: mentioned })}</span>
            </span>
          )}
          {waiting > 0 && (
            <span className="badge" data-quiet={mentioned > 0 || undefined}>
              <span aria-hidden="true">{unreadLabel(channel.unread)}</span>
              <span className="unseen">{waiting > 99 ? t("manyUnread") : t("unread", { count: waiting })}</span>
            </span>
          )}
        </span>
      </Link>
      <button
        ref={more}
        type="button"
        className="row-more needs-js"
        aria-label={t("options", { name })}
        title={t("options", { name })}
        aria-haspopup="menu"
        aria-expanded={menuOpen}
        onClick={() => setMenuOpen(true)}
      >
        <Ellipsis aria-hidden />
      </button>
      {menuOpen && (
        <RowMenu channel={channel} name={name} me={me} open={open} anchor={more} onClose={() => setMenuOpen(false)} />
      )}
    </li>
  );
});

function Sign({ icon, name }: { icon: React.ReactNode; name: string }) {
  return (
    <span className="channel-sign" title={name}>
      {icon}
      <span className="unseen">{name}</span>
    </span>
  );
}

/** What was said last, or that somebody is about to say more. */
function Last({ channel, me, author: name }: Omit<ChannelRowProps, "open">) {
  const t = useTranslations("side");
  const kinds = useTranslations("parts.kinds");
  const writers = useEphemera((ephemera) => ephemera.typing(channel.id), NOBODY);
  const { last } = channel;
  // Between two it is the other's unless it says otherwise.
  const author = last?.author === me ? t("you") : channel.kind !== "direct" && name;
  return (
    <>
      {writers.length > 0 && <Writers ids={writers} />}
      <span className={writers.length > 0 ? "unseen" : "channel-last"}>
        {!last && (channel.topic ?? t("empty"))}
        {last?.deleted && <i>{t("deleted")}</i>}
        {last && !last.deleted && (
          <>
            {author && !isNotes(channel) && <span className="channel-author">{author}: </span>}
            {previewOf(last.text ?? "") || (last.kind && kinds(last.kind))}
          </>
        )}
      </span>
    </>
  );
}

/** The list of channels is to be read in peace: that somebody types is for the eye alone. */
function Writers({ ids }: { ids: readonly string[] }) {
  const state = useLiveView()?.state;
  const someone = useTranslations("message")("someone");
  const say = useTypingText((id) => (state && namesOf(state).get(id)) ?? someone);
  return (
    <span className="channel-last channel-typing" aria-hidden="true">
      <TypingDots />
      {say(ids)}
    </span>
  );
}

/** A small turning ring while the channel is being opened; a style rule shows it only after 200 ms. */
function Pending() {
  const { pending } = useLinkStatus();
  return pending ? <span className="pending" aria-hidden="true" /> : null;
}
