"use client";

import { LoaderCircle, Search, X } from "lucide-react";
import Form from "next/form";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useFormStatus } from "react-dom";

import { SearchInput } from "@/components/search/search_input";
import { onSearchCall } from "@/lib/search_call";

interface SearchBoxProps {
  q: string;
  order: "best" | "newest";
}

/** The search page's own field: a form that also works without JavaScript. */
export function SearchBox({ q, order }: SearchBoxProps) {
  const t = useTranslations("search");
  const field = useRef<HTMLInputElement>(null);
  const [served, setServed] = useState(q);
  const [value, setValue] = useState(q);
  if (served !== q) {
    setServed(q);
    setValue(q);
  }

  useEffect(
    () =>
      onSearchCall((query) => {
        if (query) setValue(query);
        field.current?.select();
        return true;
      }),
    [],
  );

  function clear() {
    setValue("");
    field.current?.focus();
  }

  return (
    <Form className="search-box" action="/search" role="search" aria-label={t("label")} prefetch={false}>
      <label className="search-field">
        <Waiting />
        <span className="unseen">{t("label")}</span>
        <SearchInput
          field={field}
          value={value}
          change={setValue}
          placeholder={t("placeholder")}
          maxLength={500}
          // Whoever comes without a question comes to ask one.
          autoFocus={q === ""}
        />
        {value && (
          <button
            type="button"
            className="search-clear needs-js"
            aria-label={t("clear")}
            title={t("clear")}
            onClick={clear}
          >
            <X aria-hidden />
          </button>
        )}
      </label>
      {order === "newest" && <input type="hidden" name="order" value={order} />}
      <button className="button primary search-submit">{t("submit")}</button>
    </Form>
  );
}

/** The looking glass, turning while the answer is on its way. */
function Waiting() {
  const { pending } = useFormStatus();
  return pending ? <LoaderCircle className="spinner" aria-hidden /> : <Search aria-hidden />;
}
