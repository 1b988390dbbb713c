"use client";

import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";

import { Avatar, ChannelAvatar } from "@/components/avatar";
import { useLiveView, useOpenChannel, useSession } from "@/components/chat_provider";
import { ConversationAvatar } from "@/components/people/conversation_avatar";
import { usePeopleNamed } from "@/components/people/use_people_named";
import { useFound } from "@/components/search/use_found";
import { type Entry, Icon } from "@/components/switcher/entry";
import { useActions, useFailure } from "@/components/switcher/use_actions";
import { channelPath, messagePath, searchPath } from "@/lib/addresses";
import { callApi } from "@/lib/api_client";
import { bestNamed, isHan, type Sounds } from "@/lib/completion";
import { isConversation, isNotes, partnerOf } from "@/lib/conversations";
import { cleanExcerpt, leadIn } from "@/lib/excerpt";
import { loadPinyin } from "@/lib/pinyin";
import type { ChannelSummary, UserView } from "@/lib/protocol.gen.ts";
import { placesFor, readWanted } from "@/lib/switcher";

export interface Section {
  name: "recent" | "places" | "others" | "people" | "actions" | "messages";
  entries: Entry[];
}

const OTHERS = 4;
const MESSAGES = 4;
const ACTIONS = 6;
const LEAD = 30;

/** What fits what was written, in the order in which it is most likely meant. */
export function useSections(written: string): Section[] {
  const t = useTranslations("switcher");
  const { wanted, text } = readWanted(written);
  const places = usePlaces(written);
  const others = useOthers(wanted === "all" || wanted === "channels" ? text : "");
  const people = usePeople(wanted === "all" || wanted === "people" ? text : "", places.talks);
  const actions = useActions();
  const messages = useMessages(wanted === "all" ? text : "");
  const fitting = bestNamed(actions, ({ name }) => name, text, wanted === "actions" ? actions.length : ACTIONS);
  const shownActions = text || wanted === "actions" ? fitting : actions.filter(({ usual }) => usual);
  const search: Entry = {
    key: "search",
    label: t("searchFor", { text }),
    sign: <Icon of={Search} />,
    href: searchPath({ q: text }),
  };
  const all: Section[] = [
    { name: text ? "places" : "recent", entries: places.entries },
    { name: "people", entries: people },
    { name: "others", entries: others },
    { name: "actions", entries: wanted === "all" || wanted === "actions" ? shownActions : [] },
    { name: "messages", entries: wanted === "all" && text ? [...messages, search] : [] },
  ];
  return all.filter(({ entries }) => entries.length > 0);
}

function usePlaces(written: string) {
  const { wanted, text } = readWanted(written);
  const state = useLiveView()?.state;
  const open = useOpenChannel();
  const side = useTranslations("side");
  const channels = state?.channels ?? NONE;
  const me = state?.user.id ?? "";
  const sounds = useSounds(text, channels);
  const found = useMemo(
    () => placesFor(channels, { wanted, text, open, sounds }),
    [channels, wanted, text, open, sounds],
  );
  const entries = found.map<Entry>((channel) => ({
    key: channel.id,
    label: isNotes(channel) ? side("notes") : channel.name,
    note: isConversation(channel) ? undefined : channel.topic,
    sign: isConversation(channel) ? (
      <ConversationAvatar channel={channel} me={me} size="small" />
    ) : (
      <ChannelAvatar id={channel.id} locked={channel.private} size="small" />
    ),
    href: channelPath(channel.id),
  }));
  // Whom one reaches by a row above needs none of their own.
  const talks = new Set(found.map((channel) => partnerOf(channel, me)?.id));
  return { entries, talks };
}

interface Listed {
  channel: ChannelSummary;
  member?: boolean;
}

/** Public channels one is not in. */
function useOthers(text: string): Entry[] {
  const own = useLiveView()?.state.channels ?? NONE;
  const [listed, setListed] = useState<readonly Listed[]>();
  const needed = text !== "" && !listed;
  useEffect(() => {
    if (!needed) return;
    callApi<{ channels: Listed[] }>("GET", "/api/channels").then(
      ({ channels }) => setListed(channels),
      () => undefined,
    );
  }, [needed]);
  if (!text || !listed) return [];
  const mine = new Set(own.map(({ id }) => id));
  const others = listed.map(({ channel }) => channel).filter(({ id }) => !mine.has(id));
  return bestNamed(others, ({ name }) => name, text, OTHERS).map((channel) => ({
    key: channel.id,
    label: channel.name,
    note: channel.topic,
    sign: <ChannelAvatar id={channel.id} locked={channel.private} size="small" />,
    href: channelPath(channel.id),
  }));
}

/** People one has no row for: a conversation with them is begun, or opened where there is one. */
function usePeople(text: string, talks: ReadonlySet<string | undefined>): Entry[] {
  const found = usePeopleNamed(text, NOBODY);
  const session = useSession();
  const router = useRouter();
  const fail = useFailure();
  if (!text) return [];
  return found
    .filter(({ id }) => !talks.has(id))
    .slice(0, OTHERS)
    .map((user) => ({
      key: user.id,
      label: user.name,
      sign: <Avatar id={user.id} name={user.name} size="small" presence />,
      run: () =>
        session
          ?.run({ type: "conversation.open", users: [user.id] })
          .then(({ channel }) => channel && router.push(channelPath(channel)), fail),
    }));
}

function useMessages(text: string): Entry[] {
  const { answer } = useFound(text);
  if (!text || !answer) return [];
  const names = new Map(answer.users?.map((user) => [user.id, user.name]));
  return answer.hits.slice(0, MESSAGES).map(({ message, channel, excerpt }) => ({
    key: `${channel.id} ${message.number}`,
    label: leadIn(cleanExcerpt(excerpt), LEAD).map(({ text: words, hit }, index) =>
      hit ? <mark key={index}>{words}</mark> : words,
    ),
    note: isConversation(channel) ? channel.name : `#${channel.name}`,
    sign: <Avatar id={message.author} name={names.get(message.author) ?? "?"} size="small" />,
    href: messagePath(channel.id, message.number),
  }));
}

/** How names sound, where letters were written and there is a name they could be the sound of. */
function useSounds(text: string, channels: readonly ChannelSummary[]): Sounds | undefined {
  const [sounds, setSounds] = useState<Sounds>();
  const wanted = !sounds && /^[a-z]+$/iu.test(text) && channels.some(({ name }) => isHan(name));
  useEffect(() => {
    if (wanted)
      loadPinyin().then(
        (loaded) => setSounds(() => loaded),
        () => undefined,
      );
  }, [wanted]);
  return sounds;
}

const NONE: readonly ChannelSummary[] = [];
const NOBODY: readonly UserView[] = [];
