"use client";

import { ChevronLeft, Lock, Pin, Search, UsersRound } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { ConversationTitle } from "@/components/people/conversation_title";
import { DayJump } from "@/components/room/day_jump";
import { useShallowLink } from "@/components/shallow_link";
import { channelPath, membersPath, type Panel, pinsPath, searchPath } from "@/lib/addresses";
import type { ClientState } from "@/lib/apply_event";
import { countWaiting, isConversation } from "@/lib/conversations";
import type { Room } from "@/lib/protocol.gen.ts";
import { callForSearch } from "@/lib/search_call";
import { writeOperator } from "@/lib/search_query";

interface TopBarProps {
  room: Room;
  panel: Panel | undefined;
  state: ClientState;
  onDay(day: string): void;
}

/** Over the list, blurred; the title is centred whatever stands beside it. */
export function TopBar({ room, panel, state, onDay }: TopBarProps) {
  const t = useTranslations("room");
  const { channel } = room;
  const waiting = state.channels.filter((each) => each.id !== channel.id && countWaiting(each) > 0).length;
  const here = `${writeOperator("in", channel.name)} `;
  const members = useShallowLink(panel === "members" ? channelPath(channel.id) : membersPath(channel.id));
  const pins = useShallowLink(panel === "pins" ? channelPath(channel.id) : pinsPath(channel.id));
  const pinned = room.pins?.length ?? 0;
  return (
    <header className="bar">
      <div className="bar-start">
        <Link
          className="icon-button back"
          href="/inbox"
          prefetch={false}
          aria-label={waiting > 0 ? t("backWaiting", { count: waiting }) : t("back")}
          title={t("back")}
        >
          <ChevronLeft aria-hidden />
          {waiting > 0 && <span className="back-count">{waiting}</span>}
        </Link>
      </div>
      <div className="bar-title">
        {isConversation(channel) ? (
          <ConversationTitle channel={channel} me={state.user.id} />
        ) : (
          <>
            <h1>
              {channel.private && <Lock aria-hidden />}
              <span>{channel.name}</span>
            </h1>
            <p title={channel.topic}>
              {channel.topic ? <span>{channel.topic}</span> : <span>{t("members", { count: channel.members })}</span>}
            </p>
          </>
        )}
      </div>
      <div className="bar-end">
        <DayJump channel={channel.id} onDay={onDay} />
        {(pinned > 0 || panel === "pins") && (
          <a
            className="icon-button wide"
            {...pins}
            aria-label={t("pins", { count: pinned })}
            title={t("pins", { count: pinned })}
            aria-expanded={panel === "pins"}
          >
            <Pin aria-hidden />
            <span aria-hidden="true">{pinned}</span>
          </a>
        )}
        <Link
          className="icon-button"
          href={searchPath({ q: here })}
          prefetch={false}
          aria-label={t("search", { channel: channel.name })}
          title={t("search", { channel: channel.name })}
          onClick={(event) => {
            // Where the list stands beside the room, one searches there and keeps the room.
            if (callForSearch(here)) event.preventDefault();
          }}
        >
          <Search aria-hidden />
        </Link>
        <a
          className="icon-button wide"
          {...members}
          aria-label={t("members", { count: channel.members })}
          title={t("people")}
          aria-expanded={panel === "members"}
        >
          <UsersRound aria-hidden />
          <span aria-hidden="true">{channel.members}</span>
        </a>
      </div>
    </header>
  );
}
