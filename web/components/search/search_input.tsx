"use client";

import { AtSign, Hash, Tag } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ComponentProps, type KeyboardEvent, type RefObject } from "react";

import { useCompletion } from "@/components/search/use_completion";

const ICONS = { from: <AtSign aria-hidden />, in: <Hash aria-hidden />, has: <Tag aria-hidden /> };

interface SearchInputProps extends Omit<ComponentProps<"input">, "onChange" | "ref"> {
  field: RefObject<HTMLInputElement | null>;
  value: string;
  change(value: string): void;
}

/** A search field that completes the names of people and channels (ARIA's combobox with a list). */
export function SearchInput({ field, value, change, onKeyDown, ...rest }: SearchInputProps) {
  const t = useTranslations("search");
  const completion = useCompletion(field, value, change);
  const { options, active, id, kind } = completion;
  const open = options.length > 0;

  function press(event: KeyboardEvent<HTMLInputElement>) {
    completion.onKeyDown(event);
    if (!event.defaultPrevented) onKeyDown?.(event);
  }

  return (
    <>
      <input
        {...rest}
        ref={field}
        type="search"
        name="q"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-activedescendant={open ? `${id}-${active}` : undefined}
        value={value}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        enterKeyHint="search"
        onChange={(event) => {
          change(event.target.value);
          completion.onSelect();
        }}
        onKeyDown={press}
        onSelect={completion.onSelect}
        onBlur={completion.onBlur}
      />
      {open && (
        <ul className="completion popover" id={id} role="listbox" aria-label={t("completions")}>
          {options.map((name, index) => (
            <li
              key={name}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              // The field keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => completion.choose(index)}
            >
              {kind && ICONS[kind]}
              <span>{name}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
