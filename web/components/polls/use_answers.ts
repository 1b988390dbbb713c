"use client";

import { useMemo } from "react";

import type { PollAnswer } from "@/lib/protocol.gen.ts";

/** What one votes for in a channel's anonymous polls, by the numbers of their messages. */
export function useAnswers(
  answers: readonly PollAnswer[] | undefined,
  channel: string,
): ReadonlyMap<number, readonly number[]> {
  return useMemo(() => {
    const here = (answers ?? []).filter((each) => each.channel === channel);
    return new Map(here.map(({ number, options = [] }) => [number, options]));
  }, [answers, channel]);
}
