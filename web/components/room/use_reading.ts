"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

import type { ChatSession } from "@/lib/chat_session";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

/** So long a message has to be in view before it counts as read. */
const SEEN_MS = 400;

interface ReadingOptions {
  channel: ChannelSummary;
  atBottom: boolean;
  member: boolean;
  session: ChatSession | undefined;
  /** Where the divider of new messages stands: behind this number; undefined: nowhere. */
  setUnreadAfter(change: number | ((at: number | undefined) => number | undefined)): void;
}

/**
 * Tells the server what was read: the newest line in view, the window in front. Also where the divider of new
 * messages stands: it appears with the first message that was not seen at once, and stays while one is in the room.
 */
export function useReading({ channel, atBottom, member, session, setUnreadAfter }: ReadingOptions): void {
  const unread = channel.unread?.length ?? 0;
  const attentive = useAttentive();
  const before = useRef({ unread, position: channel.position, attentive: true });

  useEffect(() => {
    const known = before.current;
    const came = known.unread === 0 && unread > 0;
    if (came && !(attentive && atBottom)) setUnreadAfter(channel.position);
    // One's own post: everything above it was seen.
    if (
      unread === 0 &&
      channel.last?.number === channel.position &&
      known.position < channel.position &&
      known.unread === 0
    ) {
      setUnreadAfter((at) => (at !== undefined && attentive && known.attentive ? undefined : at));
    }
    before.current = { unread, position: channel.position, attentive };
  }, [unread, attentive, atBottom, channel.position, channel.last?.number, setUnreadAfter]);

  useEffect(() => {
    if (!member || !atBottom || !attentive || unread === 0 || !session) return;
    const timer = setTimeout(() => {
      session.run({ type: "position.set", channel: channel.id, number: channel.number }).catch(() => undefined);
    }, SEEN_MS);
    return () => clearTimeout(timer);
  }, [member, atBottom, attentive, unread, session, channel.id, channel.number]);
}

/** Whether somebody looks: the page is visible and its window has the focus. */
export function useAttentive(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => document.visibilityState === "visible" && document.hasFocus(),
    () => false,
  );
}

function subscribe(call: () => void) {
  document.addEventListener("visibilitychange", call);
  window.addEventListener("focus", call);
  window.addEventListener("blur", call);
  return () => {
    document.removeEventListener("visibilitychange", call);
    window.removeEventListener("focus", call);
    window.removeEventListener("blur", call);
  };
}
