"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";

import type messages from "@/messages/en.json";

type Known = keyof typeof messages.errors;

/** Turns an error code into a sentence in the visitor's language. */
export function useErrorText(): (code: string) => string {
  const t = useTranslations("errors");
  return (code) => (t.has(code as Known) ? t(code as Known) : t("unknown"));
}

/** What went wrong, next to where it did; `id` is what the field's aria-describedby names. */
export function FieldError({ id, code }: { id: string; code: string | undefined }) {
  const text = useErrorText();
  if (!code) return null;
  return (
    <p className="error" id={id} role="alert">
      <CircleAlert aria-hidden />
      <span>{text(code)}</span>
    </p>
  );
}
