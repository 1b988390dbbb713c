"use client";

import { usePathname } from "next/navigation";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

import { preloadOverlays } from "@/components/overlays/lazy";
import { type ChatView, ChatSession } from "@/lib/chat_session";
import type { Snapshot } from "@/lib/protocol.gen.ts";
import { onAttention, onWake } from "@/lib/wake";

const Session = createContext<ChatSession | undefined>(undefined);

// On the server a layout effect means nothing, and React says so.
const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** Keeps one session over all pages that show chat, and gives it the state the server rendered. */
export function ChatProvider({ served, children }: { served: Snapshot; children: ReactNode }) {
  const me = served.user.id;
  const [session] = useState(() => (typeof window === "undefined" ? undefined : new ChatSession(me, goToLogin)));
  // Effects of pages come before this one: a page's own snapshot, which holds more, is the one to start from.
  useBrowserLayoutEffect(() => {
    if (session && !session.view()) session.adopt(served);
  }, [session, served]);
  useEffect(preloadOverlays, []);
  useEffect(() => {
    if (!session) return;
    const stopWaking = onWake(() => session.wake());
    const stopSeeing = onAttention(() => session.presence.seen());
    return () => {
      stopWaking();
      stopSeeing();
      session.stop();
    };
  }, [session]);
  return <Session.Provider value={session}>{children}</Session.Provider>;
}

function goToLogin(): void {
  // A whole new page: nothing of the ended session may stay in memory.
  // eslint-disable-next-line @next/next/no-location-assign-relative-destination
  location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/** The session; undefined while the server renders. */
export function useSession(): ChatSession | undefined {
  return useContext(Session);
}

/** The live view, once there is one. */
export function useLiveView(): ChatView | undefined {
  const session = useSession();
  return useSyncExternalStore(
    session?.subscribe ?? subscribeNever,
    () => session?.view(),
    () => undefined,
  );
}

/**
 * The view of a page that was rendered with `served`: that very snapshot at first, then what became of it. Whoever comes
 * back to the page begins with what is known by now, so that nothing is taken for unread that was read meanwhile.
 */
export function useChat(served: Snapshot): ChatView {
  const session = useSession();
  const live = useLiveView();
  useBrowserLayoutEffect(() => session?.adopt(served), [session, served]);
  const opening = useMemo(() => session?.opening(served) ?? served, [session, served]);
  return useMemo(
    () => (live?.served === served ? live : { ...(live ?? INITIAL), state: opening, served }),
    [live, opening, served],
  );
}

const INITIAL = { connection: "connecting", outbox: [], gone: false, visits: 0 } as const;

function subscribeNever() {
  return () => undefined;
}

/** The channel whose room is open, by the address. */
export function useOpenChannel(): string | undefined {
  return usePathname().match(/^\/c\/([^/]+)/)?.[1];
}
