import { CalendarDays, Hash } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Avatar } from "@/components/avatar";
import { type SearchAddress, searchPath } from "@/lib/addresses";
import type { SearchResult } from "@/lib/protocol.gen.ts";
import { addTerm, hasFilter, type Named, type Operator, writeNamed, writeOperator } from "@/lib/search_query";
import { monthName } from "@/lib/times";

interface FacetsProps extends SearchAddress {
  facets: SearchResult["facets"];
}

interface Choice {
  key: string;
  term: string;
  label: string;
  count: number;
  icon: ReactNode;
}

/** Where, by whom and when most of it was said: links that narrow the query down. */
export function Facets({ q, order, facets }: FacetsProps) {
  const t = useTranslations("search");
  const locale = useLocale();
  const open = (operator: Operator, value: string) => !hasFilter(q, operator, value);
  const openNamed = (operator: Operator, { id, name }: Named) => open(operator, name) && open(operator, id);
  const groups: [string, Choice[]][] = [
    [
      t("channels"),
      facets.channels
        .filter((each) => openNamed("in", each))
        .map((each) =>
          choice(each.id, writeNamed("in", each, facets.channels), each.name, each.count, <Hash aria-hidden />),
        ),
    ],
    [
      t("people"),
      facets.authors
        .filter((each) => openNamed("from", each))
        .map((each) =>
          choice(
            each.id,
            writeNamed("from", each, facets.authors),
            each.name,
            each.count,
            <Avatar id={each.id} name={each.name} size="tiny" />,
          ),
        ),
    ],
    [
      t("months"),
      facets.months
        .filter(({ month }) => open("on", month))
        .map(({ month, count }) =>
          choice(
            month,
            writeOperator("on", month),
            monthName(month, { locale, timeZone: "UTC" }),
            count,
            <CalendarDays aria-hidden />,
          ),
        ),
    ],
  ];
  const shown = groups.filter(([, choices]) => choices.length > 1);
  if (shown.length === 0) return null;
  return (
    <aside className="facets" aria-label={t("narrow")}>
      {shown.map(([title, choices]) => (
        <section key={title} className="facet">
          <h2>{title}</h2>
          <ul>
            {choices.map(({ key, term, label, count, icon }) => (
              <li key={key}>
                <Link href={searchPath({ q: addTerm(q, term), order })} prefetch={false}>
                  {icon}
                  <span>{label}</span>
                  <span className="facet-count">{count}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </aside>
  );
}

function choice(key: string, term: string, label: string, count: number, icon: ReactNode): Choice {
  return { key, term, label, count, icon };
}
