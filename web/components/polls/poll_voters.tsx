"use client";

import { useTranslations } from "next-intl";

import type { PartOf } from "@/lib/parts";
import { votersOf } from "@/lib/polls";
import type { PollState } from "@/lib/protocol.gen.ts";

interface PollVotersProps {
  part: PartOf<"poll">;
  state: PollState | undefined;
  nameOf(id: string): string;
}

/** More people than this are a number. */
const NAMED = 40;

/** Who votes for what in an open poll, folded. */
export function PollVoters({ part, state, nameOf }: PollVotersProps) {
  const t = useTranslations("poll");
  const m = useTranslations("message");
  return (
    <details className="poll-who">
      <summary>{t("who")}</summary>
      <dl>
        {part.options.map((text, place) => {
          const who = votersOf(state, place);
          if (who.length === 0) return null;
          const names = who.slice(0, NAMED).map(nameOf).join(", ");
          return (
            <div key={place}>
              <dt>{text}</dt>
              <dd>{who.length > NAMED ? m("andOthers", { names, count: who.length - NAMED }) : names}</dd>
            </div>
          );
        })}
      </dl>
    </details>
  );
}
