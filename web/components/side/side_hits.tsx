"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";

import { useErrorText } from "@/components/error_text";
import { Hit } from "@/components/search/hit";
import { useFound } from "@/components/search/use_found";
import { searchPath } from "@/lib/addresses";

interface SideHitsProps {
  wanted: string;
  setWanted(wanted: string): void;
  nameOf(id: string): string;
}

/** The first messages that fit what is being written. They stay while one looks at them in the room beside. */
export function SideHits({ wanted, setWanted, nameOf }: SideHitsProps) {
  const side = useTranslations("side");
  const t = useTranslations("search");
  const say = useErrorText();
  const path = usePathname();
  const { answer, code, busy } = useFound(wanted);
  const names = new Map(answer?.users?.map((user) => [user.id, user.name]));
  const { suggestion } = answer ?? {};
  return (
    <section className="side-hits" aria-label={side("messages")} aria-busy={busy} data-walk>
      <h2 className="side-title">
        {side("messages")}
        <span role="status">{answer && t(answer.exact ? "count" : "countMore", { count: answer.total })}</span>
      </h2>
      {busy && !answer && !code && <Skeleton label={t("loading")} />}
      {code && <p className="side-none">{say(code)}</p>}
      {answer?.hits.length === 0 && <p className="side-none">{t("none")}</p>}
      {suggestion && (
        <p className="side-meant">
          {t.rich("suggestion", {
            text: suggestion,
            link: (text) => (
              <button type="button" onClick={() => setWanted(suggestion)}>
                {text}
              </button>
            ),
          })}
        </p>
      )}
      {answer && answer.hits.length > 0 && (
        <>
          <ol className="hits" aria-label={t("results")}>
            {answer.hits.map((hit) => (
              <Hit
                key={`${hit.channel.id} ${hit.message.number}`}
                hit={hit}
                author={names.get(hit.message.author) ?? nameOf(hit.message.author)}
                narrow
                open={path === `/c/${hit.channel.id}/${hit.message.number}`}
              />
            ))}
          </ol>
          <p className="side-all">
            <Link href={searchPath({ q: wanted.trim() })} prefetch={false} onClick={() => setWanted("")}>
              {t("all")}
              <ArrowRight aria-hidden />
            </Link>
          </p>
        </>
      )}
    </section>
  );
}

/** Results to come, in their shape; a style rule shows them only after 200 ms. */
function Skeleton({ label }: { label: string }) {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{label}</span>
      {[0, 1, 2].map((each) => (
        <span key={each} aria-hidden="true">
          <i />
          <b />
        </span>
      ))}
    </div>
  );
}
