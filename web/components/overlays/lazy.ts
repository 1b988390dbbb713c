"use client";

import dynamic from "next/dynamic";

/**
 * What lies over the page is a third of all scripts and never there at first, so it comes after the page is alive.
 * `preloadOverlays` fetches it while nothing else is to be done: a menu must also open without a connection.
 */

export const EmojiPopover = dynamic(() => import("./emoji_popover").then((module) => module.EmojiPopover), {
  ssr: false,
});

export const MessageMenu = dynamic(() => import("./message_menu").then((module) => module.MessageMenu), { ssr: false });

export const ConfirmDialog = dynamic(() => import("./confirm_dialog").then((module) => module.ConfirmDialog), {
  ssr: false,
});

export const ForwardDialog = dynamic(() => import("./forward_dialog").then((module) => module.ForwardDialog), {
  ssr: false,
});

export const HistoryDialog = dynamic(() => import("./history_dialog").then((module) => module.HistoryDialog), {
  ssr: false,
});

export const Lightbox = dynamic(() => import("./lightbox").then((module) => module.Lightbox), { ssr: false });

export const AttachMenu = dynamic(() => import("./attach_menu").then((module) => module.AttachMenu), { ssr: false });

export const PlaceDialog = dynamic(() => import("./place_dialog").then((module) => module.PlaceDialog), { ssr: false });

export const MeetingDialog = dynamic(() => import("./meeting_dialog").then((module) => module.MeetingDialog), {
  ssr: false,
});

export const PollDialog = dynamic(() => import("./poll_dialog").then((module) => module.PollDialog), { ssr: false });

export const Switcher = dynamic(() => import("./switcher").then((module) => module.Switcher), { ssr: false });

export const ShortcutsDialog = dynamic(() => import("./shortcuts_dialog").then((module) => module.ShortcutsDialog), {
  ssr: false,
});

const AT_THE_LATEST_MS = 4_000;

export function preloadOverlays(): void {
  const load = () =>
    Promise.all([
      import("./emoji_popover"),
      import("./message_menu"),
      import("./confirm_dialog"),
      import("./forward_dialog"),
      import("./lightbox"),
      import("./attach_menu"),
      import("./switcher"),
      import("@/components/side/row_menu"),
      import("@/components/people/profile_card"),
      import("@/components/thread/thread_panel"),
    ]).catch(() => undefined);
  if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: AT_THE_LATEST_MS });
  else setTimeout(load, AT_THE_LATEST_MS / 2);
}
