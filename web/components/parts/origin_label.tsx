"use client";

import { Forward } from "lucide-react";
import { useTranslations } from "next-intl";

import { Clock } from "@/components/time";
import { messagePath } from "@/lib/addresses";
import type { Origin } from "@/lib/protocol.gen.ts";
import type { Calendar } from "@/lib/times";

/** Where a forwarded message is from; a link where everybody here may go there. */
export function OriginLabel({ origin, calendar }: { origin: Origin; calendar: Calendar }) {
  const t = useTranslations("parts");
  const { author, at, channel, number } = origin;
  const words = t("forwarded", { name: author.name });
  return (
    <p className="origin">
      <Forward aria-hidden />
      {channel && number ? <a href={messagePath(channel, number)}>{words}</a> : <span>{words}</span>}
      <Clock at={at} calendar={calendar} />
    </p>
  );
}
