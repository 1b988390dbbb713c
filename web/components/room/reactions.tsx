"use client";

import { useLocale, useTranslations } from "next-intl";

import type { MessageAction } from "@/components/room/use_message_actions";
import type { MessagePosted, Reaction } from "@/lib/protocol.gen.ts";

interface ReactionsProps {
  message: MessagePosted;
  me: string;
  nameOf(id: string): string;
  disabled: boolean;
  run(action: MessageAction): void;
}

const NAMED = 8;

/** The emoji under a message; a click joins in or takes one's own back. */
export function Reactions({ message, me, nameOf, disabled, run }: ReactionsProps) {
  const t = useTranslations("message");
  const who = useWho(nameOf);
  return (
    <ul className="reactions" aria-label={t("reactions")}>
      {message.reactions?.map((reaction) => {
        const own = reaction.users.includes(me);
        return (
          <li key={reaction.emoji}>
            <button
              type="button"
              className="reaction"
              aria-pressed={own}
              disabled={disabled}
              title={who(reaction)}
              onClick={() => run({ type: "react", message, emoji: reaction.emoji, add: !own })}
            >
              <span className="unseen">{who(reaction)}</span>
              <span aria-hidden="true">{reaction.emoji}</span>
              <span aria-hidden="true" className="reaction-count">
                {reaction.users.length}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function useWho(nameOf: (id: string) => string): (reaction: Reaction) => string {
  const t = useTranslations("message");
  const locale = useLocale();
  return ({ users, emoji }) => {
    const named = users.slice(0, NAMED).map(nameOf);
    const rest = users.length - named.length;
    const list = new Intl.ListFormat(locale, { type: "conjunction" });
    const names = rest > 0 ? t("andOthers", { names: named.join(", "), count: rest }) : list.format(named);
    return t("reactedBy", { names, emoji });
  };
}
