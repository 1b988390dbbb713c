"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { ChannelAvatar } from "@/components/avatar";
import { useLiveView, useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { channelPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import { isConversation } from "@/lib/conversations";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

interface ChannelBrowserProps {
  listed: { channel: ChannelSummary; member: boolean }[];
  wanted: string;
}

/** All public channels and one's own, to look in and to join. */
export function ChannelBrowser({ listed, wanted }: ChannelBrowserProps) {
  const t = useTranslations("channels");
  const [query, setQuery] = useState(wanted);
  const mine = useLiveView()?.state.channels;
  const found = listed.filter(({ channel }) => !isConversation(channel) && fits(channel, query));
  return (
    <>
      <form
        className="browse-search"
        role="search"
        aria-label={t("title")}
        method="get"
        action="/channels"
        onSubmit={(event) => event.preventDefault()}
      >
        <label className="side-field">
          <Search aria-hidden />
          <span className="unseen">{t("find")}</span>
          <input
            type="search"
            name="q"
            value={query}
            placeholder={t("find")}
            autoComplete="off"
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
      </form>
      <ul className="browse">
        {found.map(({ channel, member }) => (
          <BrowseRow
            key={channel.id}
            channel={channel}
            member={mine ? mine.some((each) => each.id === channel.id) : member}
          />
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">{query ? t("none", { query }) : t("empty")}</p>}
    </>
  );
}

function BrowseRow({ channel, member }: { channel: ChannelSummary; member: boolean }) {
  const t = useTranslations("channels");
  const room = useTranslations("room");
  const session = useSession();
  const router = useRouter();
  const [code, setCode] = useState<string>();

  async function join(event: FormEvent) {
    event.preventDefault();
    try {
      await session?.run({ type: "channel.join", channel: channel.id });
      router.push(channelPath(channel.id));
    } catch (error) {
      setCode(codeOf(error));
    }
  }

  return (
    <li>
      <ChannelAvatar id={channel.id} locked={channel.private} size="large" />
      <div className="browse-text">
        <Link href={channelPath(channel.id)} prefetch={false}>
          {channel.name}
        </Link>
        <p>
          {room("members", { count: channel.members })}
          {channel.topic && ` · ${channel.topic}`}
        </p>
        <FieldError id={`join-${channel.id}`} code={code} />
      </div>
      {member ? (
        <span className="browse-in">{t("joined")}</span>
      ) : (
        <form method="post" action={`/forms/channels/${channel.id}/join`} onSubmit={join}>
          <button className="button small" aria-label={`${t("join")}: ${channel.name}`}>
            {t("join")}
          </button>
        </form>
      )}
    </li>
  );
}

function fits(channel: ChannelSummary, query: string): boolean {
  const text = `${channel.name} ${channel.topic ?? ""}`.normalize("NFKC").toLocaleLowerCase();
  return text.includes(query.normalize("NFKC").toLocaleLowerCase().trim());
}
