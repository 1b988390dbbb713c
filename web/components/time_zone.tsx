"use client";

import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from "react";

import { setCookie } from "@/lib/browser";

const Zone = createContext("UTC");

/** The time zone to show times in: the one the server rendered with at first, then the browser's own. */
export function useTimeZoneName(): string {
  return useContext(Zone);
}

/**
 * Gives everything below the visitor's time zone, and tells the server by a cookie, so that from the second page on
 * (the first is the log-in page, which shows no time) the server's HTML has it right and nothing changes after.
 */
export function TimeZone({ served, children }: { served: string; children: ReactNode }) {
  const zone = useSyncExternalStore(never, browserZone, () => served);
  useEffect(() => {
    if (zone !== served) setCookie("tz", zone);
  }, [zone, served]);
  return <Zone.Provider value={zone}>{children}</Zone.Provider>;
}

function never() {
  return () => undefined;
}

function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
