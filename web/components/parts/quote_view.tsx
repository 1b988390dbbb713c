"use client";

import { useTranslations } from "next-intl";
import type { MouseEvent } from "react";

import { pictureAddress } from "@/lib/parts";
import { messagePath } from "@/lib/addresses";
import { hueOf } from "@/lib/names";
import { previewOf } from "@/lib/preview";
import type { Quote } from "@/lib/protocol.gen.ts";

interface QuoteViewProps {
  quote: Quote;
  channel: string;
  onShow(number: number): void;
}

/** What a message answers, in the colour of who said it; a click goes there. */
export function QuoteView({ quote, channel, onShow }: QuoteViewProps) {
  const t = useTranslations("parts");
  function show(event: MouseEvent) {
    // In a room the stage has gone there already.
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onShow(quote.number);
  }
  if (quote.deleted) return <p className="quote quote-gone">{t("quoteDeleted")}</p>;
  return (
    <a
      className="quote"
      href={messagePath(channel, quote.number)}
      onClick={show}
      data-hue={hueOf(quote.author?.id ?? "")}
    >
      <span className="unseen">{t("answers")} </span>
      <QuoteText quote={quote} />
    </a>
  );
}

/** The inside of a quote: also above the compose box, while one writes the answer. */
export function QuoteText({ quote }: { quote: Quote }) {
  const t = useTranslations("parts");
  const kinds = useTranslations("parts.kinds");
  const { author, text, kind, picture } = quote;
  const source = picture && pictureAddress(picture, 80);
  return (
    <>
      <span className="quote-text">
        <span className="quote-author">{author?.name ?? t("somebody")}</span>
        <span className="quote-words">{(text && previewOf(text)) || (kind && kinds(kind))}</span>
      </span>
      {source && <img className="quote-picture" src={source} alt="" width={36} height={36} loading="lazy" />}
    </>
  );
}
