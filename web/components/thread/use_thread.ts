"use client";

import { type RefObject, useEffect, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { useAttentive } from "@/components/room/use_reading";
import { roomOf, threadPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import type { Thread } from "@/lib/protocol.gen.ts";

/** So long a reply has to be in view before it counts as read. */
const SEEN_MS = 400;

interface Wanted {
  channel: string;
  /** The message the thread hangs on. */
  number: number;
  /** The reply to show, where one came for that. */
  at: number | undefined;
  connected: boolean;
}

/** The thread that the address names; fetched where it is not there, again when the connection is back. */
export function useOpenThread(open: Thread | undefined, { channel, number, at, connected }: Wanted) {
  const session = useSession();
  const [trouble, setTrouble] = useState<string>();
  const here = open?.root.channel === channel ? open : undefined;
  const thread = here?.root.number === number ? here : undefined;
  const wanted = at ?? number;
  const holds =
    here !== undefined && (here.root.number === wanted || here.lines.some((line) => line.number === wanted));
  const place = `${number} ${wanted}`;
  // Once it was shown, what one loads besides may push it out again.
  const [shown, setShown] = useState<string>();
  if (thread && holds && shown !== place) setShown(place);
  const missing = !thread || (!holds && shown !== place);
  // A reply's number names its thread too, but the page is that of the message it hangs on.
  const elsewhere = !thread && holds ? here.root.number : undefined;

  useEffect(() => {
    if (!missing || elsewhere !== undefined || !session?.view()) return;
    let awaited = true;
    session.thread.open(channel, wanted).then(
      () => awaited && setTrouble(undefined),
      (error) => awaited && setTrouble(codeOf(error)),
    );
    return () => {
      awaited = false;
    };
  }, [missing, elsewhere, session, channel, wanted, connected]);

  useEffect(() => {
    if (elsewhere !== undefined) window.history.replaceState(null, "", threadPath(channel, elsewhere, wanted));
  }, [elsewhere, channel, wanted]);
  return { thread, trouble: missing ? trouble : undefined };
}

/** Tells the server how far a thread was read, while somebody looks at its newest replies. */
export function useThreadReading(channel: string, root: number, newest: number | undefined): void {
  const session = useSession();
  const attentive = useAttentive();
  useEffect(() => {
    if (newest === undefined || !attentive || !session) return;
    const timer = setTimeout(() => {
      session.run({ type: "thread.read", channel, number: root, position: newest }).catch(() => undefined);
    }, SEEN_MS);
    return () => clearTimeout(timer);
  }, [newest, attentive, session, channel, root]);
}

/** Where the focus goes with a thread: to the reply one came for, or to where one writes; and back when it is closed. */
export function useThreadFocus(
  panel: RefObject<HTMLElement | null>,
  { channel, number, at }: Pick<Wanted, "channel" | "number" | "at">,
  takesFocus: boolean,
): void {
  useEffect(() => {
    const row = at === undefined ? undefined : panel.current?.querySelector<HTMLElement>(`#m${at}`);
    row?.scrollIntoView({ block: "center" });
    const { activeElement: focused } = document;
    // Whoever came by a link has the room's message at most.
    const free = focused === document.body || focused?.id === `m${number}`;
    if (!takesFocus && !(row && free && navigator.userActivation?.hasBeenActive)) return;
    // A telephone's keyboard is not to come up for it.
    const field = matchMedia("(pointer: coarse)").matches ? undefined : panel.current?.querySelector("textarea");
    (row ?? field ?? panel.current)?.focus({ preventScroll: true });
    // Once, when it opens, and when one comes for another reply.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [at]);

  useEffect(
    () => () => {
      const isRoom = roomOf(location.pathname)?.channel === channel;
      if (isRoom && document.activeElement === document.body)
        document.getElementById(`m${number}`)?.focus({ preventScroll: true });
    },
    [channel, number],
  );
}
