"use client";

import { Hash, Slash } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

import { Avatar } from "@/components/avatar";
import type { Completion, CompletionOption } from "@/components/composer/use_completion";

/** What fits the word at the caret, above the compose box. The box keeps the focus (ARIA's listbox with an active one). */
export function CompletionList({ completion }: { completion: Completion }) {
  const { options, active, id, completing } = completion;
  const t = useTranslations("composer");
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active, options]);
  return (
    <>
      <span className="unseen" role="status">
        {options.length > 0 && t("suggestions", { count: options.length })}
      </span>
      {options.length > 0 && completing && (
        <ul
          className="suggestions popover"
          id={id}
          role="listbox"
          aria-label={t("completions")}
          ref={list}
          tabIndex={0}
        >
          {options.map((option, index) => (
            <li
              key={option.key}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              // The box keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => completion.choose(index)}
            >
              <Sign option={option} trigger={completing.trigger} />
              <span className="suggestion-name">{option.label}</span>
              {option.note && <span className="suggestion-note">{option.note}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Sign({ option, trigger }: { option: CompletionOption; trigger: string }) {
  if (option.user) return <Avatar id={option.user} name={option.label} size="small" />;
  if (option.emoji)
    return (
      <span className="suggestion-emoji" aria-hidden>
        {option.emoji}
      </span>
    );
  return trigger === "#" ? <Hash aria-hidden /> : <Slash aria-hidden />;
}
