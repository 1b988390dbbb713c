"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { previewOf } from "@/lib/preview";
import type { Line } from "@/lib/protocol.gen.ts";

/** Longer messages are read in the list. */
const SPOKEN = 200;

interface AnnouncerProps {
  lines: readonly Line[];
  /** That of the channel's newest message. */
  number: number;
  me: string;
  nameOf(id: string): string;
}

/** Reads new messages of others out: only what comes in, never what is loaded. */
export function Announcer({ lines, number, me, nameOf }: AnnouncerProps) {
  const t = useTranslations("room");
  const kinds = useTranslations("parts.kinds");
  const [heard] = useState(number);
  const last = lines.at(-1);
  const isNews = last?.type === "message.posted" && last.number > heard && last.author !== me && !last.deleted;
  return (
    <div className="unseen" role="log" aria-live="polite">
      {isNews &&
        t("announce", {
          name: nameOf(last.author),
          text: previewOf((last.text ?? "").slice(0, SPOKEN)) || (last.parts?.[0] ? kinds(last.parts[0].kind) : ""),
        })}
    </div>
  );
}
