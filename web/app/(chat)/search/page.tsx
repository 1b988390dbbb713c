import { ChevronLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getNow, getTranslations } from "next-intl/server";

import { Operators } from "@/components/search/operators";
import { Results } from "@/components/search/results";
import { SearchBox } from "@/components/search/search_box";
import { SearchMain } from "@/components/search/search_main";
import { SearchTrouble } from "@/components/search/search_trouble";
import { TroublePage } from "@/components/trouble";
import { first, type SearchAddress, searchPath } from "@/lib/addresses";
import { loadSearch, loadSnapshot } from "@/lib/api_server";
import { readPreferences } from "@/lib/preferences";
import { byActivity } from "@/lib/state_views";
import { dayKey } from "@/lib/times";

type Props = PageProps<"/search">;

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const [t, { q }] = await Promise.all([getTranslations("search"), askedOf(searchParams)]);
  return { title: q ? t("titleFor", { query: q }) : t("title") };
}

/** Messages that fit a query, of all channels one may read. */
export default async function SearchPage({ searchParams }: Props) {
  const [t, words, asked, { timeZone }, now] = await Promise.all([
    getTranslations("search"),
    getTranslations("room"),
    askedOf(searchParams),
    readPreferences(),
    getNow(),
  ]);
  const here = searchPath(asked);
  const [{ data: state, trouble }, found] = await Promise.all([
    loadSnapshot({}, here),
    asked.q ? loadSearch({ ...asked, zone: timeZone }, here) : undefined,
  ]);
  if (trouble) return <TroublePage code={trouble.code} />;
  const examples = {
    me: state.user.name,
    channel: byActivity(state.channels)[0]?.name ?? "general",
    today: dayKey(now.getTime(), { locale: "en", timeZone }),
  };
  return (
    <SearchMain>
      <header className="bar">
        <Link className="icon-button back" href="/inbox" prefetch={false} aria-label={words("back")}>
          <ChevronLeft aria-hidden />
        </Link>
        <SearchBox q={asked.q} order={asked.order} />
      </header>
      {found && <h1 className="unseen">{t("titleFor", { query: asked.q })}</h1>}
      {!found && (
        <div className="search-start">
          <div>
            <h1>{t("title")}</h1>
            <p className="search-lead">{t("lead")}</p>
          </div>
          <Operators {...examples} />
        </div>
      )}
      {found?.trouble && (
        <div className="search-start">
          <SearchTrouble {...found.trouble} q={asked.q} again={searchPath({ ...asked, cursor: undefined })} />
          <Operators {...examples} />
        </div>
      )}
      {found?.data && <Results asked={asked} answer={found.data} examples={examples} />}
    </SearchMain>
  );
}

async function askedOf(searchParams: Props["searchParams"]): Promise<SearchAddress & { order: "best" | "newest" }> {
  const { q, order, cursor } = await searchParams;
  return {
    q: first(q)?.trim() ?? "",
    order: first(order) === "newest" ? "newest" : "best",
    cursor: first(cursor),
  };
}
