"use client";

import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";

import type { Snapshot } from "@/lib/protocol.gen.ts";
import { namesFrom } from "@/lib/state_views";

/** Everybody's name by id; `nameOf` is another function only when some name is another, so that rows are left alone. */
export function useNames({ users, room, user }: Snapshot): {
  names: ReadonlyMap<string, string>;
  nameOf(id: string): string;
} {
  const members = room?.members;
  const names = useMemo(() => namesFrom(users, members, user), [users, members, user]);
  const someone = useTranslations("message")("someone");
  const nameOf = useCallback((id: string) => names.get(id) ?? someone, [names, someone]);
  return { names, nameOf };
}
