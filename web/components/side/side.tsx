"use client";

import { Compass, Settings, SquarePen } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useMemo, useState } from "react";

import { Mark } from "@/components/brand";
import { useLiveView, useOpenChannel } from "@/components/chat_provider";
import { walkLinks } from "@/components/search/walk";
import { OwnState } from "@/components/side/own_state";
import { Resizer } from "@/components/side/resizer";
import { RowList } from "@/components/side/row_list";
import { SideLinks } from "@/components/side/side_links";
import { SideSearch } from "@/components/side/side_search";
import type { ClientState } from "@/lib/apply_event";
import { arrange, isConversation, type ListOrder } from "@/lib/conversations";
import type { Snapshot } from "@/lib/protocol.gen.ts";
import { countUnreadThreads } from "@/lib/threads";
import { fold, wordsOf } from "@/lib/search_query";
import { countInbox, namesFrom } from "@/lib/state_views";

// Most visits search nothing.
const SideHits = dynamic(() => import("./side_hits").then((module) => module.SideHits), { ssr: false });

/** The list of channels, with the way to everything that is not a channel. */
export function Side({ served, order }: { served: Snapshot; order: ListOrder }) {
  const t = useTranslations("side");
  const state: ClientState = useLiveView()?.state ?? served;
  const path = usePathname();
  const open = useOpenChannel();
  const [wanted, setWanted] = useState("");
  const { channels, users, room, user } = state;
  const members = room?.members;
  // Other names are another function for every row: only when some may be another, not with every page of lines.
  const names = useMemo(() => {
    const people = channels.flatMap(({ people = [] }) => people.map(({ id, name }) => [id, name] as const));
    return new Map([...people, ...namesFrom(users, members, user)]);
  }, [channels, users, members, user]);
  const someone = useTranslations("message")("someone");
  const nameOf = useCallback((id: string) => names.get(id) ?? someone, [names, someone]);
  const me = state.user.id;
  const list = useMemo(() => arrange(state.channels, { me, order, open }), [state.channels, me, order, open]);
  const words = fold(wordsOf(wanted));
  const searching = wanted.trim() !== "";
  // What was hidden is found by its name all the same.
  const named = state.channels.filter(({ name }) => searching && words && fold(name).includes(words));
  const shown = searching
    ? { channels: named.filter((each) => !isConversation(each)), people: named.filter(isConversation) }
    : list;
  const row = { open, me, nameOf, searching };
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
          href="/new/message"
          prefetch={false}
          aria-label={t("newMessage")}
          title={t("newMessage")}
          aria-current={path === "/new/message" ? "page" : undefined}
        >
          <SquarePen aria-hidden />
        </Link>
      </header>
      <div className="side-body" onKeyDown={walkLinks}>
        <SideSearch
          wanted={wanted}
          setWanted={setWanted}
          channel={state.channels.find(({ id }) => id === open)?.name}
        />
        {!searching && <SideLinks counts={{ inbox: countInbox(state.channels), threads: countUnreadThreads(state) }} />}
        <div className="side-list">
          <RowList kind="channels" rows={shown.channels} {...row} />
          <RowList kind="people" rows={shown.people} {...row} />
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
