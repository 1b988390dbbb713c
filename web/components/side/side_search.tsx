"use client";

import { Search } from "lucide-react";
import Form from "next/form";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useRef } from "react";

import { SearchInput } from "@/components/search/search_input";
import { useKeyNames } from "@/components/shortcuts/key_names";
import { searchPath } from "@/lib/addresses";
import { callForSearch, onSearchCall } from "@/lib/search_call";
import { writeOperator } from "@/lib/search_query";
import { globalKey, whereOf } from "@/lib/shortcuts";
import { callSwitcher } from "@/lib/switcher_call";

interface SideSearchProps {
  wanted: string;
  setWanted(wanted: string): void;
  /** The name of the channel whose room is open. */
  channel: string | undefined;
}

/** Over the list: what is written here filters it and finds messages below it; Enter opens the search page. */
export function SideSearch({ wanted, setWanted, channel }: SideSearchProps) {
  const t = useTranslations("side");
  const field = useRef<HTMLInputElement>(null);
  const elsewhere = usePathname() === "/search";
  const { mod } = useKeyNames();
  const keys = mod === "⌘" ? "⌘K" : `${mod} K`;
  useSearchKeys(channel);

  useEffect(
    () =>
      onSearchCall((query) => {
        // The search page has a field of its own; in a narrow window the list is not there while a room is.
        if (elsewhere || !field.current?.checkVisibility()) return false;
        if (query) setWanted(query);
        field.current.focus();
        if (!query) field.current.select();
        return true;
      }),
    [elsewhere, setWanted],
  );

  function press(event: KeyboardEvent) {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (wanted) setWanted("");
    else field.current?.blur();
  }

  return (
    <Form
      className="side-search"
      action="/search"
      role="search"
      aria-label={t("searchLabel")}
      prefetch={false}
      onSubmit={(event) => {
        if (!wanted.trim()) event.preventDefault();
        else setWanted("");
      }}
    >
      <label className="side-field">
        <Search aria-hidden />
        <span className="unseen">{t("searchLabel")}</span>
        <SearchInput
          field={field}
          value={wanted}
          change={setWanted}
          placeholder={t("search")}
          maxLength={500}
          aria-keyshortcuts="/"
          onKeyDown={press}
        />
      </label>
      <button
        type="button"
        className="side-keys needs-js"
        title={t("switcher")}
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={callSwitcher}
      >
        <span className="unseen">{t("switcher")} </span>
        {keys}
      </button>
    </Form>
  );
}

/** "/" searches in the room that is open, or everywhere. */
function useSearchKeys(channel: string | undefined): void {
  const router = useRouter();
  useEffect(() => {
    function press(event: globalThis.KeyboardEvent) {
      if (event.defaultPrevented) return;
      const meant = globalKey(event, whereOf(event.target));
      if (meant !== "search" || document.querySelector(".veil, .lightbox")) return;
      event.preventDefault();
      const query = channel ? `${writeOperator("in", channel)} ` : "";
      if (!callForSearch(query)) router.push(searchPath({ q: query }));
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [channel, router]);
}
