"use client";

import { ChevronLeft, Lock, UsersRound } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { useShallowLink } from "@/components/shallow_link";
import { channelPath, membersPath } from "@/lib/addresses";
import type { ClientState } from "@/lib/apply_event";
import type { Room } from "@/lib/protocol.gen.ts";

/** Over the list, blurred; the title is centred whatever stands beside it. */
export function TopBar({ room, panelOpen, state }: { room: Room; panelOpen: boolean; state: ClientState }) {
  const t = useTranslations("room");
  const { channel } = room;
  const waiting = state.channels.filter((each) => each.id !== channel.id && each.unread?.length).length;
  const panel = useShallowLink(panelOpen ? channelPath(channel.id) : membersPath(channel.id));
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
        <h1>
          {channel.private && <Lock aria-hidden />}
          <span>{channel.name}</span>
        </h1>
        <p title={channel.topic}>
          {channel.topic ? <span>{channel.topic}</span> : <span>{t("members", { count: channel.members })}</span>}
        </p>
      </div>
      <div className="bar-end">
        <a
          className="icon-button wide"
          {...panel}
          aria-label={t("members", { count: channel.members })}
          title={t("people")}
          aria-expanded={panelOpen}
        >
          <UsersRound aria-hidden />
          <span aria-hidden="true">{channel.members}</span>
        </a>
      </div>
    </header>
  );
}
