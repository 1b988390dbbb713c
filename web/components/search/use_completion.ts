"use client";

import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from "react";
import { flushSync } from "react-dom";

import { useLiveView } from "@/components/chat_provider";
import { callApi } from "@/lib/api_client";
import type { UserView } from "@/lib/protocol.gen.ts";
import { complete, type Completing, completingAt, fold, KINDS, matchNames } from "@/lib/search_query";

/** More would not be looked through. */
const MOST = 6;
/** Not for every letter. */
const PAUSE_MS = 120;
const PROCESS_KEY = 229;

export interface Completion {
  kind: Completing["operator"] | undefined;
  options: string[];
  active: number;
  /** The id of the list, and of its options with the index behind. */
  id: string;
  choose(index: number): void;
  onKeyDown(event: KeyboardEvent<HTMLInputElement>): void;
  onSelect(): void;
  onBlur(): void;
}

/** Offers names for the `from:`, `in:` or `has:` that is being written. */
export function useCompletion(
  input: RefObject<HTMLInputElement | null>,
  value: string,
  change: (value: string) => void,
): Completion {
  const id = useId();
  const [caret, setCaret] = useState<number>();
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState<string>();
  const completing = useMemo(() => (caret === undefined ? undefined : completingAt(value, caret)), [value, caret]);
  const names = useNames(completing?.operator, completing?.prefix ?? "");
  const options = useMemo(() => {
    if (!completing || closed === value) return [];
    const found = matchNames(names, completing.prefix, completing.operator === "has" ? KINDS.length : MOST);
    return found.length === 1 && fold(found[0] ?? "") === completing.prefix ? [] : found;
  }, [completing, names, closed, value]);
  const current = Math.min(active, options.length - 1);

  function choose(index: number) {
    const name = options[index];
    if (!completing || name === undefined || !input.current) return;
    const done = complete(value, completing, name);
    // Rendered at once: what is typed next must find the caret behind these words, not where it was before.
    flushSync(() => change(done.query));
    setCaret(undefined);
    setActive(0);
    input.current.focus();
    input.current.setSelectionRange(done.caret, done.caret);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing || event.keyCode === PROCESS_KEY) return;
    if (options.length === 0) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) setActive((current + by + options.length) % options.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(current);
    else if (event.key === "Escape") setClosed(value);
    else return;
    event.preventDefault();
  }

  const onSelect = () => setCaret(input.current?.selectionEnd ?? undefined);
  const onBlur = () => setCaret(undefined);
  return { kind: completing?.operator, options, active: current, id, choose, onKeyDown, onSelect, onBlur };
}

/** Names that may be meant: those the page knows, and for people those the server finds. */
function useNames(operator: Completing["operator"] | undefined, prefix: string): readonly string[] {
  const state = useLiveView()?.state;
  const [found, setFound] = useState<string[]>([]);
  const listed = useListedChannels(operator === "in");
  useEffect(() => {
    if (operator !== "from" || !prefix) return;
    let late = false;
    const timer = setTimeout(() => {
      callApi<{ users: UserView[] }>("GET", `/api/users?prefix=${encodeURIComponent(prefix)}`).then(
        ({ users }) => late || setFound(users.map((user) => user.name)),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [operator, prefix]);
  return useMemo(() => {
    if (operator === "has") return KINDS;
    if (operator === "in") return [...(state?.channels ?? []).map((channel) => channel.name), ...listed];
    if (operator === "from") return [...(state?.users ?? []).map((user) => user.name), ...found];
    return [];
  }, [operator, state?.channels, state?.users, found, listed]);
}

/** Also the channels one may read without being in them; asked for when they are first needed. */
function useListedChannels(needed: boolean): readonly string[] {
  const [listed, setListed] = useState<readonly string[]>(NONE);
  useEffect(() => {
    if (!needed || listed !== NONE) return;
    callApi<{ channels: { channel: { name: string } }[] }>("GET", "/api/channels").then(
      ({ channels }) => setListed(channels.map(({ channel }) => channel.name)),
      () => undefined,
    );
  }, [needed, listed]);
  return listed;
}

const NONE: readonly string[] = [];
