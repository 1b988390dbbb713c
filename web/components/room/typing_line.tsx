"use client";

import { useTranslations } from "next-intl";

import { useEphemera } from "@/components/presence";

interface TypingProps {
  channel: string;
  nameOf(id: string): string;
}

const NOBODY: readonly string[] = [];

/**
 * Who is writing, in a place that is always there, so that nothing moves. Not read out by itself: what they write will
 * be, and until then it would only interrupt.
 */
export function TypingLine({ channel, nameOf }: TypingProps) {
  const writers = useEphemera((ephemera) => ephemera.typing(channel), NOBODY);
  const say = useTypingText(nameOf);
  return (
    <p className="typing">
      {writers.length > 0 && (
        <>
          <TypingDots />
          <span className="typing-text">{say(writers)}</span>
        </>
      )}
    </p>
  );
}

export function TypingDots() {
  return (
    <span className="typing-dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

export function useTypingText(nameOf: (id: string) => string): (writers: readonly string[]) => string {
  const t = useTranslations("typing");
  return ([first = "", second = "", ...others]) => {
    if (others.length > 0) return t("several", { first: nameOf(first), count: others.length + 1 });
    return second ? t("two", { first: nameOf(first), second: nameOf(second) }) : t("one", { name: nameOf(first) });
  };
}
