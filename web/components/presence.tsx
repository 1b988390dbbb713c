"use client";

import { useTranslations } from "next-intl";
import { useEffect, useSyncExternalStore } from "react";

import { useSession } from "@/components/chat_provider";
import type { Ephemera, Presence } from "@/lib/ephemera";

/** Reads what is true for a moment; `read` gives the same object until it has changed. */
export function useEphemera<T>(read: (ephemera: Ephemera) => T, nothing: T): T {
  const ephemera = useSession()?.ephemera;
  return useSyncExternalStore(
    ephemera?.subscribe ?? subscribeNever,
    () => (ephemera ? read(ephemera) : nothing),
    () => nothing,
  );
}

/** Whether somebody is there; while this is shown the server is asked to tell of them. */
export function usePresence(user: string): Presence | undefined {
  const session = useSession();
  useEffect(() => session?.ephemera.watch(user), [session, user]);
  return useEphemera((ephemera) => ephemera.presence(user), undefined);
}

/** At an avatar's corner: filled for who is here, a ring for who is away, nothing for anybody else. */
export function PresenceDot({ user }: { user: string }) {
  return <PresenceMark status={usePresence(user)} />;
}

export function PresenceMark({ status }: { status: Presence | undefined }) {
  if (status !== "online" && status !== "away") return null;
  return <span className="presence" data-status={status} />;
}

/** The same in a word, for those who do not see the dot. */
export function PresenceText({ user }: { user: string }) {
  const t = useTranslations("presence");
  const status = usePresence(user);
  return status ? <span className="unseen">, {t(status)}</span> : null;
}

function subscribeNever() {
  return () => undefined;
}
