"use client";

import { usePathname, useRouter, useSelectedLayoutSegments } from "next/navigation";
import {
  type FocusEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";

import { useSession } from "@/components/chat_provider";
import { Room } from "@/components/room/room";
import { roomOf } from "@/lib/addresses";
import type { ChatSession } from "@/lib/chat_session";
import { LINES_AT_ONCE } from "@/lib/room_slice";
import type { Room as RoomState, Snapshot } from "@/lib/protocol.gen.ts";

/** Passing over a link is no wish to see where it leads. */
const HOVER_MS = 60;

type Served = Snapshot & { room: RoomState };

/**
 * From room to room one comes without a page from the server: what is known of the room is shown at once, and the connection
 * keeps it fresh. Links stay links: this answers clicks on those within it that lead to rooms, and fetches these ahead when
 * one points at them.
 */
export function RoomLinks({ children }: { children: ReactNode }) {
  const session = useSession();
  const router = useRouter();
  const hovering = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(0);
  const path = usePathname();
  // Whoever has gone elsewhere by whatever way does not want any more what was asked for before.
  useEffect(() => void (latest.current += 1), [path]);

  function click(event: MouseEvent) {
    const link = plainLink(event);
    if (link) latest.current += 1;
    const wanted = link && roomOf(link.pathname);
    if (!session?.view() || !link || !wanted || wanted.panel || link.search) return;
    event.preventDefault(); // and with it Next's own way there
    void open(link, wanted);
  }

  async function open(link: HTMLAnchorElement, { channel, number }: { channel: string; number: number | undefined }) {
    if (!session) return;
    const { pathname: path, hash } = link;
    const mine = ++latest.current;
    const here = session.view()?.state.room?.channel.id === channel;
    if (!here && !session.remembered(channel, number)) {
      link.toggleAttribute("data-opening", true);
      try {
        await session.prepare(channel, number);
      } catch {
        // The page says what is wrong.
        if (mine === latest.current) router.push(path + hash);
        return;
      } finally {
        link.removeAttribute("data-opening");
      }
      if (mine !== latest.current) return; // meanwhile one went elsewhere
    }
    if (location.pathname === path) session.visit();
    else window.history.pushState(null, "", path + hash);
  }

  function comeNear(event: PointerEvent | FocusEvent) {
    clearTimeout(hovering.current);
    const wanted = roomOf((event.target as HTMLElement).closest?.("a")?.pathname ?? "");
    if (!wanted || wanted.panel || wanted.number !== undefined) return;
    const prepare = () => void session?.prepare(wanted.channel).catch(() => undefined);
    // Whoever presses is about to click: that is a tenth of a second's start.
    if (event.type === "pointerdown") prepare();
    else hovering.current = setTimeout(prepare, HOVER_MS);
  }

  return (
    <div
      className="contents"
      onClickCapture={click}
      onPointerOver={comeNear}
      onPointerDown={comeNear}
      onFocus={comeNear}
    >
      {children}
    </div>
  );
}

/** The page; while the address names another room than the page that Next has rendered, that room instead. */
export function Stage({ children }: { children: ReactNode }) {
  const session = useSession();
  const place = roomOf(usePathname());
  const [segment, rendered] = useSelectedLayoutSegments();
  const elsewhere = place && !(segment === "c" && rendered === place.channel) ? place : undefined;
  if (!elsewhere || !session) return children;
  return <Remembered key={elsewhere.channel} session={session} channel={elsewhere.channel} number={elsewhere.number} />;
}

interface RememberedProps {
  session: ChatSession;
  channel: string;
  number: number | undefined;
}

/** A room from memory; fetched where it is not there (any more). */
function Remembered({ session, channel, number }: RememberedProps) {
  const [served, setServed] = useState<Served | undefined>(() => session.remembered(channel, number));
  useEffect(() => {
    if (served) return;
    let awaited = true;
    const show = () => {
      const found = session.remembered(channel, number);
      if (!awaited) return;
      if (found) setServed(found);
      else location.reload(); // the page of the server knows more, or says what is wrong
    };
    session.prepare(channel, number).then(show, show);
    return () => {
      awaited = false;
    };
  }, [session, channel, number, served]);
  if (!served) return <main className="room" id="main" tabIndex={-1} aria-busy />;
  return <Room served={served} formKey="" first={LINES_AT_ONCE} />;
}

/** The link that a click follows in this very window. */
function plainLink(event: MouseEvent): HTMLAnchorElement | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = (event.target as HTMLElement).closest?.("a");
  if (
    !link?.href ||
    link.closest("[data-held]") ||
    (link.target && link.target !== "_self") ||
    link.hasAttribute("download")
  )
    return undefined;
  return link.origin === location.origin ? link : undefined;
}
