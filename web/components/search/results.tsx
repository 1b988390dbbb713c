import { ArrowLeft, ArrowRight, CloudOff, SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { Facets } from "@/components/search/facets";
import { Filters } from "@/components/search/filters";
import { Hit } from "@/components/search/hit";
import { Operators, type OperatorsProps } from "@/components/search/operators";
import { type SearchAddress, searchPath } from "@/lib/addresses";
import type { SearchResult } from "@/lib/protocol.gen.ts";

export interface ResultsProps {
  asked: SearchAddress;
  answer: SearchResult;
  /** For where nothing was found. */
  examples: OperatorsProps;
}

/** What was found: the messages, how to narrow it down, and what to do where nothing was. */
export function Results({ asked, answer, examples }: ResultsProps) {
  const t = useTranslations("search");
  const { hits, total, suggestion } = answer;
  const names = new Map(answer.users?.map((user) => [user.id, user.name]));
  const someone = useTranslations("message")("someone");
  // Where the archive does not answer, nothing to be shown is not nothing found.
  const none = hits.length === 0 && !answer.partial;
  const meant = suggestion && (
    <p className="search-meant">
      {t.rich("suggestion", {
        text: suggestion,
        link: (text) => (
          <Link href={searchPath({ ...asked, q: suggestion, cursor: undefined })} prefetch={false}>
            {text}
          </Link>
        ),
      })}
    </p>
  );
  return (
    <div className="search-body" data-none={none || undefined}>
      <div className="search-line">
        <p className={none ? "unseen" : "search-count"} role="status">
          {t(answer.exact ? "count" : "countMore", { count: total })}
        </p>
        {!none && <Order {...asked} />}
      </div>
      <Filters q={asked.q} order={asked.order} known={[...answer.facets.channels, ...answer.facets.authors]} />
      {!none && meant}
      {answer.partial && (
        <p className="search-partial notice">
          <CloudOff aria-hidden />
          {t("partial")}
        </p>
      )}
      {none ? (
        <div className="search-none">
          <span className="picture">
            <SearchX aria-hidden />
          </span>
          <h2>{t("none")}</h2>
          {meant}
          <p>{t("noneLead")}</p>
          <Operators {...examples} />
        </div>
      ) : (
        <>
          <Facets {...asked} facets={answer.facets} />
          <div className="search-found">
            <ol className="hits" aria-label={t("results")} data-walk>
              {hits.map((hit) => (
                <Hit
                  key={`${hit.channel.id} ${hit.message.number}`}
                  hit={hit}
                  author={names.get(hit.message.author) ?? someone}
                />
              ))}
            </ol>
            <Pages asked={asked} next={answer.cursor} />
          </div>
        </>
      )}
    </div>
  );
}

function Order({ q, order = "best" }: SearchAddress) {
  const t = useTranslations("search");
  return (
    <nav className="search-order" aria-label={t("order")}>
      {(["best", "newest"] as const).map((each) => (
        <Link
          key={each}
          href={searchPath({ q, order: each })}
          prefetch={false}
          aria-current={each === order ? "true" : undefined}
        >
          {t(each)}
        </Link>
      ))}
    </nav>
  );
}

/** A cursor leads onwards only; the way back is the first page, or the browser's own. */
function Pages({ asked, next }: { asked: SearchAddress; next: string | undefined }) {
  const t = useTranslations("search");
  if (!next && !asked.cursor) return null;
  return (
    <nav className="search-pages" aria-label={t("pages")}>
      {asked.cursor && (
        <Link className="button" href={searchPath({ ...asked, cursor: undefined })} prefetch={false}>
          <ArrowLeft aria-hidden />
          {t("first")}
        </Link>
      )}
      {next && (
        <Link className="button" href={searchPath({ ...asked, cursor: next })} prefetch={false} rel="next">
          {t("next")}
          <ArrowRight aria-hidden />
        </Link>
      )}
    </nav>
  );
}
