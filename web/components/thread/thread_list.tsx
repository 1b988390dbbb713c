"use client";

import { Hash, Lock, MessagesSquare } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { Avatar } from "@/components/avatar";
import { useLiveView } from "@/components/chat_provider";
import { Markdown } from "@/components/markdown";
import { ListTime } from "@/components/time";
import { threadPath } from "@/lib/addresses";
import { callApi } from "@/lib/api_client";
import type { ChannelSummary, MessagePosted, Snapshot, ThreadNews } from "@/lib/protocol.gen.ts";
import { unreadLabel } from "@/lib/state_views";
import { followOf, type ThreadList as Threads } from "@/lib/threads";

/** The followed threads, kept up to date while one looks. */
export function ThreadList({ served, threads }: { served: Snapshot; threads: Threads }) {
  const t = useTranslations("thread");
  const state = useLiveView()?.state ?? served;
  const shown = useLiveThreads(threads, state);
  const names = new Map([...(state.users ?? []), ...(shown.users ?? [])].map(({ id, name }) => [id, name]));
  const someone = useTranslations("message")("someone");
  const nameOf = (id: string) => names.get(id) ?? someone;
  if (shown.threads.length === 0)
    return (
      <div className="panel-none">
        <span className="picture">
          <MessagesSquare aria-hidden />
        </span>
        <h2>{t("none")}</h2>
        <p>{t("noneLead")}</p>
      </div>
    );
  return (
    <ul className="inbox-rows" aria-label={t("list")}>
      {shown.threads.map((news) => (
        <ThreadItem
          key={`${news.root.channel}/${news.root.number}`}
          news={news}
          unread={followOf(state, news.root.channel, news.root.number)?.unread}
          channel={state.channels.find(({ id }) => id === news.root.channel)}
          me={state.user.id}
          nameOf={nameOf}
        />
      ))}
    </ul>
  );
}

interface ThreadItemProps {
  news: ThreadNews;
  unread: number[] | undefined;
  channel: ChannelSummary | undefined;
  me: string;
  nameOf(id: string): string;
}

function ThreadItem({ news: { root, lines }, unread, channel, me, nameOf }: ThreadItemProps) {
  const t = useTranslations("thread");
  const author = nameOf(root.author);
  const shown = { me, nameOf };
  return (
    <li className="inbox-row" data-unread={unread !== undefined}>
      <Avatar id={root.author} name={author} />
      <div className="inbox-body">
        <p className="inbox-meta">
          <Link className="inbox-who" href={threadPath(root.channel, root.number)} prefetch={false}>
            {author}
          </Link>
          {channel && (
            <span className="inbox-where">
              {channel.private ? <Lock aria-hidden /> : <Hash aria-hidden />}
              {channel.name}
            </span>
          )}
          <span>{t("count", { count: root.replies?.count ?? 0 })}</span>
          <ListTime at={root.replies?.at ?? root.at} />
          {unread && (
            <span className="badge">
              <span aria-hidden="true">{unreadLabel(unread)}</span>
              <span className="unseen">{t("unread", { count: unread.length })}</span>
            </span>
          )}
        </p>
        <Said message={root} {...shown} />
        <ul className="thread-newest" aria-label={t("newest")}>
          {lines.map((line) => (
            <li key={line.number}>
              <Avatar id={line.author} name={nameOf(line.author)} size="small" />
              <div>
                <strong>{nameOf(line.author)}</strong> <Said message={line} {...shown} />
              </div>
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

function Said({ message, me, nameOf }: { message: MessagePosted; me: string; nameOf(id: string): string }) {
  const words = useTranslations("message");
  const kinds = useTranslations("parts.kinds");
  if (message.deleted) return <p className="gone">{words("deleted")}</p>;
  return (
    <div className="inbox-said">
      {message.text ? (
        <Markdown text={message.text} mentions={message.mentions} me={me} nameOf={nameOf} />
      ) : (
        message.parts?.[0] && kinds(message.parts[0].kind)
      )}
    </div>
  );
}

/** Other changes of a channel than replies (edits, deletions) are looked at after this long: many come together. */
const PAUSE_MS = 1_500;

/** What the server said, and says again when something was said in one of the threads, or changed in their channels. */
function useLiveThreads(first: Threads, { threads, channels }: Snapshot): Threads {
  const [shown, setShown] = useState(first);
  const followed = JSON.stringify(threads);
  const inside = new Set(threads?.map(({ channel }) => channel));
  const heads = channels.flatMap(({ id, seq }) => (inside.has(id) ? [seq] : [])).join();
  const [known, setKnown] = useState({ followed, heads });
  const behind = followed !== known.followed || heads !== known.heads;
  const latest = useRef({ followed, heads });
  useEffect(() => {
    latest.current = { followed, heads };
  }, [followed, heads]);
  useEffect(() => {
    if (!behind) return;
    let awaited = true;
    const pause = setTimeout(
      () => {
        const asked = latest.current;
        callApi<Threads>("GET", "/api/threads").then(
          (fresh) => {
            if (!awaited) return;
            setShown(fresh);
            setKnown(asked);
          },
          () => undefined,
        );
      },
      followed === known.followed ? PAUSE_MS : 0,
    );
    return () => {
      awaited = false;
      clearTimeout(pause);
    };
  }, [behind, followed, known]);
  return shown;
}
