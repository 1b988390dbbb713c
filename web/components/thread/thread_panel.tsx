"use client";

import { Bell, BellOff, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { useErrorText } from "@/components/error_text";
import { useShallowLink } from "@/components/shallow_link";
import { ThreadLines } from "@/components/thread/thread_lines";
import { useOpenThread } from "@/components/thread/use_thread";
import { useToast } from "@/components/toasts";
import { codeOf } from "@/lib/api_client";
import type { ClientState } from "@/lib/apply_event";
import { spokenName } from "@/lib/conversations";
import type { OutboxItem } from "@/lib/outbox";
import type { ChannelSummary, Room } from "@/lib/protocol.gen.ts";
import { followOf } from "@/lib/threads";

export interface ThreadPanelProps {
  room: Room;
  state: ClientState;
  /** The message it hangs on. */
  number: number;
  /** The reply to show, where one came for that. */
  at: number | undefined;
  /** The address of the room without it. */
  closed: string;
  /** It was opened just now, and did not come with the page. */
  takesFocus: boolean;
  connected: boolean;
  /** What is on its way out, in all of the channel. */
  outbox: readonly OutboxItem[];
  nameOf(id: string): string;
  formKey: string;
  error: string | undefined;
}

/** Beside the room: one message, what was replied to it, and what to say there. */
export function ThreadPanel(props: ThreadPanelProps) {
  const { room, state, number, closed } = props;
  const t = useTranslations("thread");
  const errorText = useErrorText();
  const close = useShallowLink(closed);
  const { channel } = room;
  const { thread, trouble } = useOpenThread(state.thread ?? undefined, { ...props, channel: channel.id });
  return (
    <aside
      className="panel thread-panel"
      aria-label={t("title")}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented || event.nativeEvent.isComposing) return;
        window.history.pushState(null, "", closed);
      }}
    >
      <header className="panel-head">
        <h2>
          {t("title")} <span>{spokenName(channel)}</span>
        </h2>
        <div className="panel-tools">
          {room.member && (
            <Follow channel={channel} number={number} followed={followOf(state, channel.id, number) !== undefined} />
          )}
          <a className="icon-button" {...close} aria-label={t("close")} title={t("close")}>
            <X aria-hidden />
          </a>
        </div>
      </header>
      {thread ? (
        <ThreadLines key={`${channel.id}/${number}`} {...props} thread={thread} />
      ) : (
        <p className="thread-wait" role="status">
          {trouble ? errorText(trouble) : t("loading")}
        </p>
      )}
    </aside>
  );
}

function Follow({ channel, number, followed }: { channel: ChannelSummary; number: number; followed: boolean }) {
  const t = useTranslations("thread");
  const session = useSession();
  const say = useToast();
  const errorText = useErrorText();
  const [waiting, setWaiting] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (waiting) return;
    setWaiting(true);
    const type = followed ? "thread.unfollow" : "thread.follow";
    await session?.run({ type, channel: channel.id, number }).catch((error) => say(errorText(codeOf(error))));
    setWaiting(false);
  }

  return (
    <form method="post" action={`/forms/channels/${channel.id}/messages/${number}/thread`} onSubmit={submit}>
      <input type="hidden" name="follow" value={followed ? "off" : "on"} />
      <button className="button small" aria-disabled={waiting} title={followed ? t("following") : undefined}>
        {followed ? <BellOff aria-hidden /> : <Bell aria-hidden />}
        {followed ? t("unfollow") : t("follow")}
      </button>
    </form>
  );
}
