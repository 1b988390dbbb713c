"use client";

import {
  AtSign,
  Bell,
  BellOff,
  Bookmark,
  Compass,
  Inbox,
  Keyboard,
  type LucideIcon,
  MessageCircle,
  MonitorSmartphone,
  Moon,
  Pin,
  Plus,
  Rows2,
  Rows3,
  Rows4,
  Settings,
  SquarePen,
  Sun,
  UsersRound,
} from "lucide-react";
import { useTranslations } from "next-intl";

import { useLiveView, useOpenChannel, useSession } from "@/components/chat_provider";
import { useErrorText } from "@/components/error_text";
import { type Entry, Icon } from "@/components/switcher/entry";
import { useToast } from "@/components/toasts";
import { inboxPath, membersPath, pinsPath, savedPath, settingsPath, shortcutsPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import { setCookie } from "@/lib/browser";

interface Action extends Entry {
  /** What it is found by. */
  name: string;
  /** Offered before anything is written. */
  usual?: true;
}

/** What can be done from everywhere, and in the room that is open. */
export function useActions(): Action[] {
  const t = useTranslations("switcher.actions");
  const view = useLiveView();
  const session = useSession();
  const open = useOpenChannel();
  const fail = useFailure();
  const channel = view?.state.channels.find(({ id }) => id === open);
  const entry = (key: string, icon: LucideIcon, act: Pick<Action, "href" | "run" | "usual">): Action => {
    const name = t(key as Parameters<typeof t>[0]);
    return { key, name, label: name, sign: <Icon of={icon} />, ...act };
  };
  const change = (name: string, value: string) => () => {
    setCookie(name, value);
    document.documentElement.dataset[name] = value;
  };
  const chosen = typeof document === "undefined" ? {} : document.documentElement.dataset;
  const looks: [string, LucideIcon, string, string][] = [
    ["themeLight", Sun, "theme", "light"],
    ["themeDark", Moon, "theme", "dark"],
    ["themeSystem", MonitorSmartphone, "theme", "system"],
    ["layoutBubbles", MessageCircle, "layout", "bubbles"],
    ["layoutLines", Rows3, "layout", "lines"],
    ["densityComfortable", Rows2, "density", "comfortable"],
    ["densityCompact", Rows4, "density", "compact"],
  ];
  const muted = channel?.muted ?? false;
  return [
    entry("newMessage", SquarePen, { href: "/new/message", usual: true }),
    entry("newChannel", Plus, { href: "/new" }),
    entry("browse", Compass, { href: "/channels", usual: true }),
    entry("inbox", Inbox, { href: inboxPath() }),
    entry("mentions", AtSign, { href: inboxPath("mention") }),
    entry("saved", Bookmark, { href: savedPath() }),
    entry("settings", Settings, { href: settingsPath() }),
    entry("shortcuts", Keyboard, { href: shortcutsPath(), usual: true }),
    ...(channel
      ? [
          entry("members", UsersRound, { href: membersPath(channel.id) }),
          entry("pins", Pin, { href: pinsPath(channel.id) }),
          entry(muted ? "unmute" : "mute", muted ? Bell : BellOff, {
            run: () => void session?.run({ type: "membership.update", channel: channel.id, muted: !muted }).catch(fail),
          }),
        ]
      : []),
    ...looks
      .filter(([, , name, value]) => chosen[name] !== value)
      .map(([key, icon, name, value]) => entry(key, icon, { run: change(name, value) })),
  ];
}

/** Tells why something could not be done. */
export function useFailure(): (error: unknown) => void {
  const say = useToast();
  const text = useErrorText();
  return (error) => say(text(codeOf(error)));
}
