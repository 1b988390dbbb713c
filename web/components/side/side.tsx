"use client";

import { Compass, Settings, SquarePen } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useMemo, useState } from "react";

import { Mark } from "@/components/brand";
import { useLiveView, useOpenChannel } from "@/components/chat_provider";
import { ChannelRow } from "@/components/side/channel_row";
import { walkLinks } from "@/components/search/walk";
import { OwnState } from "@/components/side/own_state";
import { Resizer } from "@/components/side/resizer";
import { SideSearch } from "@/components/side/side_search";
import type { ClientState } from "@/lib/apply_event";
import type { Snapshot } from "@/lib/protocol.gen.ts";
import { fold, wordsOf } from "@/lib/search_query";
import { byActivity, namesOf } from "@/lib/state_views";

// Most visits search nothing.
const SideHits = dynamic(() => import("./side_hits").then((module) => module.SideHits), { ssr: false });

/** The list of channels, with the way to everything that is not a channel. */
export function Side({ served }: { served: Snapshot }) {
  const t = useTranslations("side");
  const state: ClientState = useLiveView()?.state ?? served;
  const path = usePathname();
  const open = useOpenChannel();
  const [wanted, setWanted] = useState("");
  const names = useMemo(() => namesOf(state), [state]);
  const someone = useTranslations("message")("someone");
  const nameOf = useCallback((id: string) => names.get(id) ?? someone, [names, someone]);
  const channels = useMemo(() => byActivity(state.channels), [state.channels]);
  const words = fold(wordsOf(wanted));
  const searching = wanted.trim() !== "";
  const found = searching ? channels.filter(({ name }) => words && fold(name).includes(words)) : channels;
  return (
    <aside className="side" aria-label={t("label")}>
      <header className="side-head">
        <Link className="brand" href="/inbox" prefetch={false}>
          <Mark size={28} />
          <span className="brand-name">{state.server ?? "Hubbub"}</span>
        </Link>
        <Link
          className="icon-button"
          href="/channels"
          prefetch={false}
          aria-label={t("browse")}
          title={t("browse")}
          aria-current={path === "/channels" ? "page" : undefined}
        >
          <Compass aria-hidden />
        </Link>
        <Link
          className="icon-button"
          href="/new"
          prefetch={false}
          aria-label={t("new")}
          title={t("new")}
          aria-current={path === "/new" ? "page" : undefined}
        >
          <SquarePen aria-hidden />
        </Link>
      </header>
      <div className="side-body" onKeyDown={walkLinks}>
        <SideSearch wanted={wanted} setWanted={setWanted} channel={channels.find(({ id }) => id === open)?.name} />
        <div className="side-list">
          <nav aria-label={t("channels")} data-walk hidden={searching && found.length === 0}>
            {searching && <h2 className="side-title">{t("channels")}</h2>}
            <ul>
              {found.map((channel) => (
                <ChannelRow
                  key={channel.id}
                  channel={channel}
                  open={channel.id === open}
                  nameOf={nameOf}
                  author={channel.last && authorOf(channel.last.author, state, names, t("you"))}
                />
              ))}
            </ul>
            {channels.length === 0 && <p className="side-none">{t("empty")}</p>}
          </nav>
          {searching && <SideHits wanted={wanted} setWanted={setWanted} nameOf={nameOf} />}
        </div>
      </div>
      <footer className="side-foot">
        <OwnState user={state.user} />
        <Link
          className="icon-button"
          href="/settings"
          prefetch={false}
          aria-label={t("settings")}
          title={t("settings")}
          aria-current={path === "/settings" ? "page" : undefined}
        >
          <Settings aria-hidden />
        </Link>
      </footer>
      <Resizer label={t("resize")} />
    </aside>
  );
}

function authorOf(author: string, state: ClientState, names: ReadonlyMap<string, string>, you: string) {
  return author === state.user.id ? you : names.get(author);
}
