"use client";

import { ArrowLeft, ArrowRight, CheckCheck, CloudOff, Inbox as InboxIcon } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { useLiveView } from "@/components/chat_provider";
import { ConversationAvatar } from "@/components/people/conversation_avatar";
import { ListTime } from "@/components/time";
import { channelPath, inboxPath, type InboxPart } from "@/lib/addresses";
import { callApi } from "@/lib/api_client";
import { countWaiting, isConversation } from "@/lib/conversations";
import { previewOf } from "@/lib/preview";
import type { ChannelSummary, Inbox, Snapshot } from "@/lib/protocol.gen.ts";
import { byActivity, unreadLabel } from "@/lib/state_views";

import { InboxRow } from "./inbox_row";

interface InboxListProps {
  served: Snapshot;
  inbox: Inbox;
  part: InboxPart;
  cursor: string | undefined;
}

const PARTS: readonly InboxPart[] = ["all", "unread", "mention", "reply"];

/** What is addressed to the reader, newest first; on its first page it follows what happens. */
export function InboxList({ served, inbox, part, cursor }: InboxListProps) {
  const t = useTranslations("mine");
  const state = useLiveView()?.state ?? served;
  const me = state.user.id;
  const shown = useLiveInbox(inbox, part, cursor, state.channels);
  const talks = byActivity(state.channels.filter((each) => isConversation(each) && countWaiting(each) > 0));
  const showsTalks = !cursor && (part === "all" || part === "unread") && talks.length > 0;
  const names = new Map(shown.users?.map((user) => [user.id, user.name]));
  const someone = useTranslations("message")("someone");
  const nameOf = (id: string) => names.get(id) ?? someone;
  const none = shown.items.length === 0 && !showsTalks && !shown.partial;
  return (
    <>
      <div className="inbox-line">
        <nav className="search-order" aria-label={t("parts")}>
          {PARTS.map((each) => (
            <Link key={each} href={inboxPath(each)} prefetch={false} aria-current={each === part ? "true" : undefined}>
              {t(`part.${each}`)}
            </Link>
          ))}
        </nav>
        {shown.items.some((item) => item.unread) && (
          <form method="post" action="/forms/inbox/read">
            <input type="hidden" name="next" value={inboxPath(part)} />
            <button className="button small">
              <CheckCheck aria-hidden />
              {t("readAll")}
            </button>
          </form>
        )}
      </div>
      {shown.partial && (
        <p className="notice">
          <CloudOff aria-hidden />
          {t("partial")}
        </p>
      )}
      {showsTalks && (
        <section aria-labelledby="inbox-talks">
          <h2 className="inbox-head" id="inbox-talks">
            {t("talks")}
          </h2>
          <ul className="inbox-rows">
            {talks.map((channel) => (
              <Talk key={channel.id} channel={channel} me={me} />
            ))}
          </ul>
        </section>
      )}
      {shown.items.length > 0 && (
        <section aria-labelledby="inbox-items">
          <h2 className={showsTalks ? "inbox-head" : "unseen"} id="inbox-items">
            {t("items")}
          </h2>
          <ol className="inbox-rows">
            {shown.items.map((item) => (
              <InboxRow
                key={`${item.channel.id} ${item.message.number}`}
                item={item}
                me={me}
                nameOf={nameOf}
                here={inboxPath(part, cursor)}
              />
            ))}
          </ol>
        </section>
      )}
      {none && (
        <div className="search-none">
          <span className="picture">
            <InboxIcon aria-hidden />
          </span>
          <h2>{t("none")}</h2>
          <p>{t("noneLead")}</p>
        </div>
      )}
      {(shown.cursor ?? cursor) && (
        <nav className="search-pages" aria-label={t("pages")}>
          {cursor && (
            <Link className="button" href={inboxPath(part)} prefetch={false}>
              <ArrowLeft aria-hidden />
              {t("first")}
            </Link>
          )}
          {shown.cursor && (
            <Link className="button" href={inboxPath(part, shown.cursor)} prefetch={false} rel="next">
              {t("older")}
              <ArrowRight aria-hidden />
            </Link>
          )}
        </nav>
      )}
    </>
  );
}

/** A conversation in which somebody has written what was not read yet. */
function Talk({ channel, me }: { channel: ChannelSummary; me: string }) {
  const t = useTranslations("side");
  const waiting = countWaiting(channel);
  return (
    <li className="inbox-row" data-unread>
      <ConversationAvatar channel={channel} me={me} />
      <div className="inbox-body">
        <p className="inbox-meta">
          <Link className="inbox-who" href={channelPath(channel.id)} prefetch={false}>
            {channel.name}
          </Link>
          {channel.last && <ListTime at={channel.last.at} />}
        </p>
        <p className="inbox-said">{previewOf(channel.last?.text ?? "")}</p>
      </div>
      <span className="badge">
        <span aria-hidden="true">{unreadLabel(channel.unread)}</span>
        <span className="unseen">{waiting > 99 ? t("manyUnread") : t("unread", { count: waiting })}</span>
      </span>
    </li>
  );
}

/** The page as it was served, and again whenever something in the channels changes what it shows. */
function useLiveInbox(
  served: Inbox,
  part: InboxPart,
  cursor: string | undefined,
  channels: readonly ChannelSummary[],
): Inbox {
  const [fresh, setFresh] = useState<{ of: Inbox; now: Inbox }>();
  const sign = channels.map(({ id, position, mentioned = [], number }) => `${id} ${position} ${mentioned} ${number}`);
  const now = sign.join();
  const [first] = useState(now);
  useEffect(() => {
    if (now === first || cursor) return;
    let late = false;
    const timer = setTimeout(() => {
      callApi<Inbox>("GET", `/api/inbox?wanted=${part}`).then(
        (answer) => late || setFresh({ of: served, now: answer }),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [now, first, part, cursor, served]);
  return fresh?.of === served ? fresh.now : served;
}

const PAUSE_MS = 300;
