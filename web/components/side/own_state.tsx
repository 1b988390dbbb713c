"use client";

import { useTranslations } from "next-intl";

import { Avatar } from "@/components/avatar";
import { useLiveView, useSession } from "@/components/chat_provider";
import { PresenceMark } from "@/components/presence";
import { useLasting } from "@/components/use_lasting";
import type { Snapshot } from "@/lib/protocol.gen.ts";

/** Oneself, and how others see one: here, away, or without a connection. */
export function OwnState({ user }: { user: Snapshot["user"] }) {
  const t = useTranslations("presence");
  const live = useLiveView();
  const session = useSession();
  const connecting = useLasting(live !== undefined && live.connection !== "open");
  const status = session?.presence.away ? "away" : "online";
  return (
    <>
      <span className="avatar-place">
        <Avatar id={user.id} name={user.name} size="small" />
        {live && !connecting && <PresenceMark status={status} />}
      </span>
      <span className="side-me">
        <span className="side-name">{user.name}</span>
        {live && <span className="side-state">{t(connecting ? "connecting" : status)}</span>}
      </span>
    </>
  );
}
