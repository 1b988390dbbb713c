"use client";

import { ArrowUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { messagePath } from "@/lib/addresses";
import type { Line, MessagePosted } from "@/lib/protocol.gen.ts";

interface UnreadBarProps {
  channel: string;
  /** The number behind which messages are new. */
  after: number;
  /** The first of these, when it is in memory. */
  first: MessagePosted | undefined;
  lines: readonly Line[];
  /** The divider before it has been in view. */
  seen: boolean;
  onGo(): void;
}

/** So near the end the first new message is in view where a room opens. */
const IN_VIEW = 6;

/** Over the list, where new messages begin further up than one sees: the way there. */
export function UnreadBar({ channel, after, first, lines, seen, onGo }: UnreadBarProps) {
  const t = useTranslations("room");
  const [near] = useState(() => first !== undefined && lines.indexOf(first) >= lines.length - IN_VIEW);
  const [gone, setGone] = useState<number>();
  if (near || seen || gone === after) return null;
  return (
    <div className="unread-place">
      <a
        className="unread-bar"
        href={messagePath(channel, first?.number ?? after + 1)}
        onClick={(event) => {
          event.preventDefault();
          setGone(after);
          onGo();
        }}
      >
        <ArrowUp aria-hidden />
        {t("firstUnread")}
      </a>
    </div>
  );
}
