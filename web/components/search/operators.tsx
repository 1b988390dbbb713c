import Link from "next/link";
import { useTranslations } from "next-intl";

import { searchPath } from "@/lib/addresses";
import { writeOperator } from "@/lib/search_query";

export interface OperatorsProps {
  /** A name and a channel the visitor knows, so that the examples find something. */
  me: string;
  channel: string;
  /** Today where the visitor is: "2026-03-14". */
  today: string;
}

/** What one can write into the search box, each with an example to try. */
export function Operators({ me, channel, today }: OperatorsProps) {
  const t = useTranslations("search");
  const examples = [
    [writeOperator("from", me), t("howFrom")],
    [writeOperator("in", channel), t("howIn")],
    ["has:link", t("howHas")],
    [`on:${today.slice(0, 7)}`, t("howOn")],
    ["after:yesterday", t("howAfter")],
    [`before:${today}`, t("howBefore")],
    [`"${t("examplePhrase")}"`, t("howPhrase")],
    ["releas*", t("howBegin")],
    [`${t("exampleWord")} -${t("exampleNot")}`, t("howNot")],
  ] as const;
  return (
    <section className="operators" aria-label={t("how")}>
      <h2>{t("how")}</h2>
      <ul>
        {examples.map(([example, meaning]) => (
          <li key={example}>
            <Link href={searchPath({ q: example })} prefetch={false}>
              <code>{example}</code>
            </Link>
            <span>{meaning}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
