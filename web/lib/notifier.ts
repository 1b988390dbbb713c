/**
 * Telling somebody who is not looking: notices of the browser, the number in the window's title and on the app's icon.
 *
 * Invariants: nothing is asked of anybody but by their own click; a message is told once, however many tabs are open;
 * what one is looking at is not told.
 */

import { pathOf } from "./addresses.ts";
import { previewOf } from "./preview.ts";
import type { MessagePosted } from "./protocol.gen.ts";
import type { Tabs } from "./tabs.ts";

/** Older ones come again after a long absence: the inbox tells of those. */
export const NEW_MS = 60_000;
const TURN_MS = 3_000;
/** So long another tab may take to say that somebody is looking there. */
const PATIENCE_MS = 400;

export function mayNotify(): boolean {
  return typeof Notification !== "undefined" && Notification.permission === "granted";
}

export interface Notice {
  message: MessagePosted;
  title: string;
  /** Whether it may be heard. */
  sound: boolean;
  /** Whether nobody has read it meanwhile. */
  isNew(): boolean;
  open(path: string): void;
}

/** By this the tabs of a browser know a message that was told, or needs no telling. */
export function tagOf({ channel, number }: MessagePosted): string {
  return `${channel}:${number}`;
}

/** Shows a notice, in one tab alone, unless somebody looks at its message in another. */
export function showNotice(tabs: Tabs<string>, told: Set<string>, notice: Notice): Promise<void> {
  const { message, title, sound, isNew, open } = notice;
  const tag = tagOf(message);
  return tabs.alone(tag, TURN_MS, async () => {
    // Whoever was first has told the others of it before they had their turn; so has the tab that is looked at.
    if (!told.has(tag)) await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    if (told.has(tag) || !mayNotify() || !isNew()) return;
    told.add(tag);
    tabs.tell(tag);
    const shown = new Notification(title, {
      body: previewOf(message.text ?? "").slice(0, 200),
      tag,
      icon: "/icons/icon-192.png",
      silent: !sound,
    });
    shown.addEventListener("click", () => {
      window.focus();
      open(pathOf(message));
      shown.close();
    });
    // The others get the word before the turn is theirs.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
}

/** Keeps a count before the window's title, whoever writes that; returns how to take it away again. */
export function countInTitle(count: number): () => void {
  if (count === 0) return () => undefined;
  let bare = "";
  let counted: string | undefined;
  const write = () => {
    if (document.title === counted) return;
    bare = document.title;
    counted = `(${count > 99 ? "99+" : count}) ${bare}`;
    document.title = counted;
  };
  const observer = new MutationObserver(write);
  observer.observe(document.head, { childList: true, characterData: true, subtree: true });
  write();
  return () => {
    observer.disconnect();
    if (document.title === counted) document.title = bare;
  };
}

/** The number on the app's icon, where there is one. */
export function showBadge(count: number): void {
  const icon = navigator as Navigator & { setAppBadge?(count: number): Promise<void>; clearAppBadge?(): Promise<void> };
  const done = count > 0 ? icon.setAppBadge?.(count) : icon.clearAppBadge?.();
  done?.catch(() => undefined);
}
