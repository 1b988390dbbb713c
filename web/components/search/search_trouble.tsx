"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";

import { useErrorText } from "@/components/error_text";
import { type Fault, faultIn, faultOf } from "@/lib/search_query";

interface SearchTroubleProps {
  q: string;
  code: string;
  /** What the server says of this very query. */
  detail?: string | undefined;
  /** Where to try again: without the cursor, which may be what is wrong. */
  again: string;
}

/** A search that was refused or failed: what happened, what to do. */
export function SearchTrouble({ q, code, detail, again }: SearchTroubleProps) {
  const t = useTranslations("search");
  const say = useErrorText();
  const own = code === "bad_query";
  const fault = own ? (faultOf(q) ?? faultIn(detail)) : undefined;
  return (
    <div className="search-trouble notice" role="alert">
      <CircleAlert aria-hidden />
      <div>
        <p>{say(code)}</p>
        {fault && <p>{explain(t, fault)}</p>}
        {own && !fault && detail && <p lang="en">{detail}</p>}
        {!own && (
          <p>
            <a href={again}>{t("again")}</a>
          </p>
        )}
      </div>
    </div>
  );
}

function explain(t: ReturnType<typeof useTranslations<"search">>, { kind, operator, value }: Fault): string {
  switch (kind) {
    case "empty":
      return t("faultEmpty", { operator });
    case "has":
      return t("faultHas", { value });
    case "day":
      return t("faultDay", { operator, value });
    case "name":
      return operator === "in" ? t("faultIn", { value }) : t("faultFrom", { value });
  }
}
