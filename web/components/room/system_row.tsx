"use client";

import { useTranslations } from "next-intl";
import { memo } from "react";

import { Clock } from "@/components/time";
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
    <li className="system">
      <span>{say(line)}</span> <Clock at={line.at} calendar={calendar} />
    </li>
  );
});

function useSystemText(nameOf: (id: string) => string): (line: SystemLine) => string {
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
      case "topic.changed":
        return line.topic ? t("topic", { by, topic: line.topic }) : t("topicCleared", { by });
    }
  };
}
