"use client";

import { useEffect, useState } from "react";

import { useTimeZoneName } from "@/components/time_zone";
import { callApi, codeOf } from "@/lib/api_client";
import type { SearchResult } from "@/lib/protocol.gen.ts";
import { unfinished } from "@/lib/search_query";

const PAUSE_MS = 220;
const MOST = 12;

interface Found {
  /** What the answer is to. */
  asked?: string | undefined;
  answer?: SearchResult;
  code?: string;
}

/** The answer to what is being written; the one before stays until it is there. */
export function useFound(wanted: string): Found & { busy: boolean } {
  const zone = useTimeZoneName();
  const asked = unfinished(wanted);
  const [found, setFound] = useState<Found>({});
  useEffect(() => {
    if (asked === undefined) return;
    let late = false;
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ q: asked, limit: String(MOST), zone });
      callApi<SearchResult>("GET", `/api/search?${query}`).then(
        (answer) => late || setFound({ asked, answer }),
        (error) => late || setFound({ asked, code: codeOf(error) }),
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [asked, zone]);
  return { ...found, busy: asked !== undefined && found.asked !== asked };
}
