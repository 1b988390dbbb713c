"use client";

import { useEffect, useMemo, useState } from "react";

import { useLiveView } from "@/components/chat_provider";
import { callApi } from "@/lib/api_client";
import { bestNamed, isHan, type Sounds } from "@/lib/completion";
import { loadPinyin } from "@/lib/pinyin";
import type { UserView } from "@/lib/protocol.gen.ts";

const MOST = 8;
const PAUSE_MS = 120;

/** People whose name fits what was written, those one talks to first; also by how a Chinese name sounds. */
export function usePeopleNamed(written: string, chosen: readonly UserView[]): readonly UserView[] {
  const state = useLiveView()?.state;
  const [asked, setAsked] = useState<readonly UserView[]>([]);
  const [sounds, setSounds] = useState<Sounds>();
  const prefix = written.trim();

  useEffect(() => {
    if (!prefix) return;
    let late = false;
    const timer = setTimeout(() => {
      callApi<{ users: UserView[] }>("GET", `/api/users?prefix=${encodeURIComponent(prefix)}`).then(
        ({ users }) => late || setAsked(users),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [prefix]);

  const known = useMemo(() => {
    const partners = state?.channels.flatMap(({ people = [] }) => people) ?? [];
    const all = [...partners, ...(state?.users ?? []), ...asked];
    const out = new Set([state?.user.id, ...chosen.map(({ id }) => id)]);
    return [...new Map(all.map((user) => [user.id, user])).values()].filter(({ id }) => !out.has(id));
  }, [state, asked, chosen]);

  const wanted = !sounds && /^[a-z]+$/iu.test(prefix) && known.some(({ name }) => isHan(name));
  useEffect(() => {
    if (wanted)
      loadPinyin().then(
        (loaded) => setSounds(() => loaded),
        () => undefined,
      );
  }, [wanted]);

  return useMemo(() => bestNamed(known, ({ name }) => name, prefix, MOST, sounds), [known, prefix, sounds]);
}
