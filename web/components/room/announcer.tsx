"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { previewOf } from "@/lib/preview";
import type { Room } from "@/lib/protocol.gen.ts";

/** Longer messages are read in the list. */
const SPOKEN = 200;

/** Reads new messages of others out: only what comes in, never what is loaded. */
export function Announcer({ room, me, names }: { room: Room; me: string; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("room");
  const [said, setSaid] = useState("");
  const heard = useRef(room.channel.number);
  const last = room.lines.at(-1);
  useEffect(() => {
    if (last?.type !== "message.posted" || last.number <= heard.current) return;
    heard.current = last.number;
    if (last.author === me || last.deleted) return;
    const text = previewOf((last.text ?? "").slice(0, SPOKEN));
    setSaid(t("announce", { name: names.get(last.author) ?? "", text }));
  }, [last, me, names, t]);
  return (
    <div className="unseen" role="log" aria-live="polite">
      {said}
    </div>
  );
}
