"use client";

import { useMemo, useSyncExternalStore } from "react";

import { useSession } from "@/components/chat_provider";
import type { PostExtras } from "@/lib/outbox";
import { type FileUpload, partsOf } from "@/lib/parts";
import type { Quote } from "@/lib/protocol.gen.ts";

const NONE: readonly FileUpload[] = [];
const never = () => () => undefined;

/** The files that wait for a channel's next message, in their order. */
export function useTray(channel: string): readonly FileUpload[] {
  const uploads = useSession()?.uploads;
  const all = useSyncExternalStore(
    uploads?.subscribe ?? never,
    () => uploads?.items() ?? NONE,
    () => NONE,
  );
  return useMemo(() => all.filter((item) => item.channel === channel), [all, channel]);
}

/** Which message the next one here answers. */
export function useReply(channel: string): Quote | undefined {
  const composing = useSession()?.composing;
  return useSyncExternalStore(
    composing?.subscribe ?? never,
    () => composing?.replyIn(channel),
    () => undefined,
  );
}

/** Where the files are: all there, some on their way, or some that need a hand. */
export function trayState(items: readonly FileUpload[]): "ready" | "busy" | "stuck" {
  if (items.some(({ status }) => status === "failed" || status === "lost")) return "stuck";
  return items.every(({ status }) => status === "done") ? "ready" : "busy";
}

/** What a message brings besides its text. */
export function extrasOf(items: readonly FileUpload[], quote: Quote | undefined): PostExtras {
  const parts = items.map(partsOf).filter((part) => part !== undefined);
  return {
    ...(parts.length > 0 && { parts: parts.map(({ posted }) => posted) }),
    ...(quote && { reply: quote.number }),
    ...((parts.length > 0 || quote) && {
      shown: { ...(parts.length > 0 && { parts: parts.map(({ shown }) => shown) }), ...(quote && { reply: quote }) },
    }),
  };
}
