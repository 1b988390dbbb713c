import { X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { type SearchAddress, searchPath } from "@/lib/addresses";
import { filtersOf, type Named, removeTerm } from "@/lib/search_query";

interface FiltersProps extends SearchAddress {
  /** Who and what ids stand for. */
  known?: readonly Named[];
}

/** The operators of the query, each a link to the query without it. */
export function Filters({ q, order, known = [] }: FiltersProps) {
  const t = useTranslations("search");
  const filters = filtersOf(q);
  if (filters.length === 0) return null;
  return (
    <ul className="filters" aria-label={t("filters")}>
      {filters.map((term) => {
        const named = known.find(({ id }) => id === term.value)?.name;
        const written = `${q.slice(term.start, term.valueStart)}${named ?? q.slice(term.valueStart, term.end)}`;
        return (
          <li key={term.start}>
            <Link className="filter" href={searchPath({ q: removeTerm(q, term), order })} prefetch={false}>
              <span className="unseen">{t("remove")} </span>
              <span>{written}</span>
              <X aria-hidden />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
