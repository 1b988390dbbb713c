"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useState } from "react";

import { useChat, useSession } from "@/components/chat_provider";
import { Announcer } from "@/components/room/announcer";
import { Composer } from "@/components/room/composer";
import { JoinBar } from "@/components/room/join_bar";
import { LineList } from "@/components/room/line_list";
import { MembersPanel } from "@/components/room/members_panel";
import { StatusNotice } from "@/components/room/status_notice";
import { TypingLine } from "@/components/room/typing_line";
import { TopBar } from "@/components/room/top_bar";
import { useReading } from "@/components/room/use_reading";
import { useScroll } from "@/components/room/use_scroll";
import { DownButton } from "@/components/room/down_button";
import type { PostExtras } from "@/lib/outbox";
import type { MessagePosted, Room as RoomState, Snapshot } from "@/lib/protocol.gen.ts";
import { namesOf, totalUnread } from "@/lib/state_views";

export interface RoomProps {
  /** The state the page was rendered with; has a room. */
  served: Snapshot & { room: RoomState };
  /** The message the address names. */
  target?: number;
  /** The compose form's key, for browsers without JavaScript. */
  formKey: string;
  /** What a form sent without JavaScript was answered with. */
  error?: string | undefined;
  /** The same for the forms of the members' panel. */
  panelError?: string | undefined;
}

/** One channel: its lines, what to say to it, and who is in it. */
export function Room({ served, target, formKey, error, panelError }: RoomProps) {
  const t = useTranslations("room");
  const view = useChat(served);
  const session = useSession();
  const { state } = view;
  const room = state.room?.channel.id === served.room.channel.id ? state.room : served.room;
  const { channel } = room;
  const [editing, setEditing] = useState<MessagePosted>();
  const path = usePathname();
  const panelOpen = path.endsWith("/members");
  const names = useMemo(() => namesOf(state), [state]);
  const someone = useTranslations("message")("someone");
  const nameOf = useCallback((id: string) => names.get(id) ?? someone, [names, someone]);
  const outbox = useMemo(() => view.outbox.filter((item) => item.channel === channel.id), [view.outbox, channel.id]);

  const { scroller, atBottom, toBottom, loadOlder, loadNewer } = useScroll({ target, session });
  const reading = useReading({ channel, atBottom: atBottom && !room.newer, member: room.member, session });

  const unreadElsewhere = totalUnread(state.channels);
  useEffect(() => {
    document.title = `${unreadElsewhere > 0 ? `(${unreadElsewhere > 99 ? "99+" : unreadElsewhere}) ` : ""}${channel.name} · ${state.server ?? "Hubbub"}`;
  }, [unreadElsewhere, channel.name, state.server]);

  async function send(text: string, extras?: PostExtras): Promise<boolean> {
    // Without a connection the newest lines have to wait; what is written has not.
    if (room.newer) await session?.window.showNewest().catch(() => undefined);
    const taken = session?.post(channel.id, text, extras) ?? false;
    if (taken) toBottom();
    return taken;
  }

  async function toNewest() {
    if (room.newer) await session?.window.showNewest().catch(() => undefined);
    toBottom();
  }

  return (
    <main className="room" id="main" tabIndex={-1} data-panel={panelOpen || undefined} data-kind={channel.kind}>
      <div className="scroll" ref={scroller} data-testid="scroll">
        <div className="sheet">
          <TopBar room={room} panelOpen={panelOpen} state={state} />
          <StatusNotice connection={view.connection} stale={(state.stale?.length ?? 0) > 0} />
          <LineList
            room={room}
            state={state}
            outbox={outbox}
            nameOf={nameOf}
            target={target}
            unreadAfter={reading.unreadAfter}
            editing={editing?.number}
            onEdit={setEditing}
            onOlder={loadOlder}
            onNewer={loadNewer}
          />
          <div className="dock">
            <DownButton
              shown={!atBottom || room.newer === true}
              count={channel.unread?.length ?? 0}
              onPress={toNewest}
            />
            {view.gone ? (
              <p className="dock-note">{t("gone")}</p>
            ) : room.member ? (
              <>
                <TypingLine channel={channel.id} nameOf={nameOf} />
                <Composer
                  key={channel.id}
                  channel={channel}
                  me={state.user.id}
                  limit={state.limits.text_characters}
                  formKey={formKey}
                  error={error}
                  editing={editing}
                  onSend={send}
                  onEditLast={() => setEditing(lastOwn(room, state.user.id))}
                  onEditDone={() => setEditing(undefined)}
                />
              </>
            ) : (
              <JoinBar channel={channel} error={error} />
            )}
          </div>
        </div>
      </div>
      {panelOpen && <MembersPanel room={room} state={state} error={panelError} />}
      <Announcer room={room} me={state.user.id} names={names} />
    </main>
  );
}

function lastOwn(room: RoomState, me: string): MessagePosted | undefined {
  return room.lines.findLast(
    (line): line is MessagePosted => line.type === "message.posted" && line.author === me && !line.deleted,
  );
}
