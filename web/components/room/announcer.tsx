"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { previewOf } from "@/lib/preview";
import type { Room } from "@/lib/protocol.gen.ts";

/** Longer messages are read in the list. */
const SPOKEN = 200;

/** Reads new messages of others out: only what comes in, never what is loaded. */
export function Announcer({ room, me, names }: { room: Room; me: string; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("room");
  const kinds = useTranslations("parts.kinds");
  const [heard] = useState(room.channel.number);
  const last = room.lines.at(-1);
  const isNews = last?.type === "message.posted" && last.number > heard && last.author !== me && !last.deleted;
  return (
    <div className="unseen" role="log" aria-live="polite">
      {isNews &&
        t("announce", {
          name: names.get(last.author) ?? "",
          text: previewOf((last.text ?? "").slice(0, SPOKEN)) || (last.parts?.[0] ? kinds(last.parts[0].kind) : ""),
        })}
    </div>
  );
}
