"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { memo, type ReactNode } from "react";

import { Clock } from "@/components/time";
import { messagePath } from "@/lib/addresses";
import { isConversation } from "@/lib/conversations";
import type { SystemLine } from "@/lib/grouping";
import type { Calendar } from "@/lib/times";

interface SystemRowProps {
  line: SystemLine;
  nameOf(id: string): string;
  calendar: Calendar;
}

/** What happened in the channel besides messages: one quiet line. */
export const SystemRow = memo(function SystemRow({ line, nameOf, calendar }: SystemRowProps) {
  const say = useSystemText(nameOf);
  return (
    <li className="system" data-pinned={line.type === "message.pinned" || undefined}>
      <span>{say(line)}</span> <Clock at={line.at} calendar={calendar} />
    </li>
  );
});

function useSystemText(nameOf: (id: string) => string): (line: SystemLine) => ReactNode {
  const t = useTranslations("system");
  return (line) => {
    const by = nameOf(line.by);
    switch (line.type) {
      case "member.joined":
        return line.by === line.user.id
          ? t("joined", { user: line.user.name })
          : t("added", { by, user: line.user.name });
      case "member.left":
        return line.by === line.user.id
          ? t("left", { user: line.user.name })
          : t("removed", { by, user: line.user.name });
      case "channel.created":
        return isConversation(line) ? t("begun", { by }) : t("created", { by });
      case "channel.renamed":
        return t("renamed", { by, name: line.name });
      case "message.pinned":
        return t.rich("pinned", {
          by,
          link: (words) => (
            <Link href={messagePath(line.channel, line.number)} prefetch={false} scroll={false}>
              {words}
            </Link>
          ),
        });
      case "topic.changed":
        return line.topic ? t("topic", { by, topic: line.topic }) : t("topicCleared", { by });
    }
  };
}
