"use client";

import { useSyncExternalStore } from "react";

import { isMac, type Key } from "@/lib/shortcuts";

const MAC: Record<Key, string> = { mod: "⌘", alt: "⌥", shift: "⇧" };
const OTHERS: Record<Key, string> = { mod: "Ctrl", alt: "Alt", shift: "Shift" };

/** What is written on the keys that are not the same everywhere; the server takes them for a PC's. */
export function useKeyNames(): Record<Key, string> {
  return useSyncExternalStore(
    never,
    () => (isMac() ? MAC : OTHERS),
    () => OTHERS,
  );
}

function never() {
  return () => undefined;
}
