"use client";

import { CornerUpLeft, Pencil, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Markdown } from "@/components/markdown";
import { QuoteText } from "@/components/parts/quote_view";
import { hueOf } from "@/lib/names";
import type { Quote } from "@/lib/protocol.gen.ts";

/** Above the compose box: the message one edits. */
export function EditingNote({ onCancel }: { onCancel(): void }) {
  const t = useTranslations("composer");
  return (
    <Note icon={<Pencil aria-hidden />} cancel={t("cancel")} onCancel={onCancel}>
      <span className="composer-note-text">{t("editing")}</span>
    </Note>
  );
}

/** Above the compose box: the message one answers. */
export function ReplyNote({ quote, onCancel }: { quote: Quote; onCancel(): void }) {
  const t = useTranslations("composer");
  return (
    <Note icon={<CornerUpLeft aria-hidden />} cancel={t("cancelReply")} onCancel={onCancel}>
      <span className="quote" data-hue={hueOf(quote.author?.id ?? "")}>
        <span className="unseen">{t("replying")}</span>
        <QuoteText quote={quote} />
      </span>
    </Note>
  );
}

function Note({
  icon,
  cancel,
  children,
  onCancel,
}: {
  icon: ReactNode;
  cancel: string;
  children: ReactNode;
  onCancel(): void;
}) {
  return (
    <div className="composer-note">
      {icon}
      {children}
      <button type="button" className="tool" aria-label={cancel} title={cancel} onClick={onCancel}>
        <X aria-hidden />
      </button>
    </div>
  );
}

/** What one cannot see in plain text: code, a quotation, a table. */
const FORMED = /^(?:```|> |\|.+\|$)/m;
const PREVIEWED_MOST = 4_000;

/** How what one writes will look, where that is another thing than what one types. */
export function WritingPreview({ text }: { text: string }) {
  const t = useTranslations("composer");
  if (!FORMED.test(text) || text.length > PREVIEWED_MOST) return null;
  return (
    <section className="writing-preview" aria-label={t("preview")} tabIndex={0}>
      <Markdown text={text} />
    </section>
  );
}
