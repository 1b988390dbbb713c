"use client";

import { Check } from "lucide-react";
import { useTranslations } from "next-intl";

interface PollOptionProps {
  text: string;
  place: number;
  multiple: boolean;
  /** One may vote; else it only shows how it stands. */
  open: boolean;
  chosen: boolean;
  count: number;
  /** In percent. */
  share: number;
  leading: boolean;
  onChoose(place: number, yes: boolean): void;
}

/** One answer: what it says, how many chose it, and the choice itself. */
export function PollOption({ text, place, multiple, open, chosen, count, share, leading, onChoose }: PollOptionProps) {
  const t = useTranslations("poll");
  const said = (
    <>
      <span className="poll-text" dir="auto">
        {text}
      </span>
      {chosen && !open && (
        <span className="poll-own" title={t("own")}>
          <Check aria-hidden />
          <span className="unseen">{t("own")}</span>
        </span>
      )}
      <span className="poll-count">
        <span className="unseen">{t("count", { count })}</span>
        <span aria-hidden>{count}</span>
        <span className="poll-share">{t("share", { share })}</span>
      </span>
      {/* Drawn by attributes: the pages' policy allows no style in the text of a page. */}
      <svg className="poll-bar" aria-hidden>
        <rect width={`${share}%`} height="100%" />
      </svg>
    </>
  );
  if (!open)
    return (
      <div className="poll-option" data-leading={leading || undefined}>
        {said}
      </div>
    );
  return (
    <label className="poll-option" data-leading={leading || undefined}>
      <input
        type={multiple ? "checkbox" : "radio"}
        name={multiple ? `option${place}` : "option"}
        value={multiple ? "1" : place}
        required={!multiple}
        checked={chosen}
        onChange={(event) => onChoose(place, event.target.checked)}
      />
      {said}
    </label>
  );
}
