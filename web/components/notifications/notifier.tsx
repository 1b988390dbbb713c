"use client";

import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

import { useLiveView, useSession } from "@/components/chat_provider";
import { spokenName } from "@/lib/conversations";
import { occasionOf, wantsNotice } from "@/lib/notices";
import { countInTitle, mayNotify, NEW_MS, showBadge, showNotice, tagOf } from "@/lib/notifier";
import { countInbox, namesOf, totalUnread } from "@/lib/state_views";
import { Tabs } from "@/lib/tabs";
import { followOf } from "@/lib/threads";

const TOLD_KEPT = 500;

/** Tells of messages while one looks elsewhere. Draws nothing. */
export function Notifier() {
  const session = useSession();
  const view = useLiveView();
  const router = useRouter();
  const path = usePathname();
  const t = useTranslations("notifications");
  const now = useRef({ view, path, router, t });
  useEffect(() => {
    now.current = { view, path, router, t };
  });
  const waiting = view ? countInbox(view.state.channels) : undefined;
  useEffect(() => {
    if (waiting !== undefined) showBadge(waiting);
  }, [waiting]);

  const unread = view ? totalUnread(view.state.channels) : 0;
  useEffect(() => countInTitle(unread), [unread]);

  const me = view?.state.user.id;
  useEffect(() => {
    if (!session || !me) return;
    const told = new Set<string>();
    const tabs = new Tabs<string>(`notices ${me}`, (tag) => told.add(tag));
    const stop = session.onMessage((message) => {
      const { view, path, router, t } = now.current;
      const channel = view?.state.channels.find(({ id }) => id === message.channel);
      if (!view || !channel || message.author === me || !mayNotify()) return;
      if (Date.now() - message.at > NEW_MS || message.number <= channel.position) return;
      const looking = document.visibilityState === "visible" && document.hasFocus();
      // Said to the tabs behind this one, which see nobody looking.
      if (looking && path.startsWith(`/c/${channel.id}`)) return tabs.tell(tagOf(message));
      const settings = view.state.notifications ?? {};
      const { thread } = message;
      const follow = thread ? followOf(view.state, channel.id, thread) : undefined;
      if (follow && message.number <= follow.position) return;
      const isNew = () => {
        const state = now.current.view?.state;
        const place = state?.channels.find(({ id }) => id === message.channel);
        const read = thread && state ? followOf(state, message.channel, thread)?.position : place?.position;
        return place !== undefined && message.number > (read ?? 0);
      };
      if (!wantsNotice(settings, occasionOf(message, channel, me, follow !== undefined))) return;
      const name = namesOf(view.state).get(message.author) ?? t("somebody");
      const title = channel.kind === "direct" ? name : t("in", { name, channel: spokenName(channel) });
      if (told.size > TOLD_KEPT) told.clear();
      void showNotice(tabs, told, {
        message,
        title,
        sound: settings.sound ?? false,
        isNew,
        open: (to) => router.push(to),
      });
    });
    return () => {
      stop();
      tabs.close();
    };
  }, [session, me]);
  return null;
}
