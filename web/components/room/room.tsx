"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";

import { useChat, useSession } from "@/components/chat_provider";
import { Announcer } from "@/components/room/announcer";
import { Composer } from "@/components/room/composer";
import { PlainPoll } from "@/components/polls/plain_poll";
import { JoinBar } from "@/components/room/join_bar";
import { LineList } from "@/components/room/line_list";
import { PinsPanel } from "@/components/kept/lazy";
import { MembersPanel } from "@/components/room/members_panel";
import { StatusNotice } from "@/components/room/status_notice";
import { TypingLine } from "@/components/room/typing_line";
import { TopBar } from "@/components/room/top_bar";
import { useReading } from "@/components/room/use_reading";
import { useScroll } from "@/components/room/use_scroll";
import { useNames } from "@/components/room/use_names";
import { useTimeZoneName } from "@/components/time_zone";
import { DayLabel } from "@/components/room/day_label";
import { UnreadBar } from "@/components/room/unread_bar";
import { DownButton } from "@/components/room/down_button";
import { ThreadPanel } from "@/components/thread/lazy";
import { channelPath, messagePath, roomOf, threadPath, wholeNumber } from "@/lib/addresses";
import type { PostExtras } from "@/lib/outbox";
import type { MessagePosted, PinList, Room as RoomState, Snapshot } from "@/lib/protocol.gen.ts";
import { firstUnread, isReply, LINES_FIRST } from "@/lib/room_slice";

export interface RoomProps {
  /** The state the page was rendered with; has a room. */
  served: Snapshot & { room: RoomState };
  /** The compose form's key, for browsers without JavaScript. */
  formKey: string;
  /** What a form sent without JavaScript was answered with. */
  error?: string | undefined;
  /** The same for the forms of the members' panel. */
  panelError?: string | undefined;
  /** The channel's pins, on the page that shows them. */
  pins?: PinList | undefined;
  /** Lines to draw at first, where no page of the server's has drawn more already. */
  first?: number;
}

/** One channel: its lines, what to say to it, and who is in it. */
export function Room({ served, formKey, error, panelError, pins, first = LINES_FIRST }: RoomProps) {
  const t = useTranslations("room");
  const view = useChat(served);
  const session = useSession();
  const { state } = view;
  const room = state.room?.channel.id === served.room.channel.id ? state.room : served.room;
  const { channel } = room;
  const [editing, setEditing] = useState<MessagePosted>();
  const path = usePathname();
  const timeZone = useTimeZoneName();
  const place = roomOf(path);
  const panel = place?.panel;
  const target = useTarget(room, path, !state.stale?.length);
  const reply = wholeNumber(useSearchParams().get("at"));
  const [firstPath] = useState(path);
  const { nameOf } = useNames(state);
  const sending = useMemo(() => view.outbox.filter((item) => item.channel === channel.id), [view.outbox, channel.id]);
  const outbox = useMemo(() => sending.filter((item) => item.thread === undefined), [sending]);

  const me = state.user.id;
  const [unreadAfter, setUnreadAfter] = useState(() => (channel.unread?.length ? channel.position : undefined));
  const { lines, older = false } = room;
  const unread = useMemo(() => firstUnread(lines, { me, after: unreadAfter, older }), [lines, me, unreadAfter, older]);
  const scroll = useScroll({ room, target, first, visits: view.visits, unreadAt: unread?.seq, session });
  const { box, above, list, below, keepRows, range, atBottom, day, unreadSeen, toBottom, goTo } = scroll;
  useReading({ channel, atBottom: atBottom && !room.newer, member: room.member, session, setUnreadAfter });

  useEffect(() => {
    document.title = `${channel.name} · ${state.server ?? "Hubbub"}`;
  }, [channel.name, state.server]);

  async function send(text: string, extras?: PostExtras): Promise<boolean> {
    // Before anything that takes time: what was sent is out of one's hands, and cannot be sent again.
    const taken = session?.post(channel.id, text, extras) ?? false;
    if (taken) toBottom();
    return taken;
  }

  async function goToDay(day: string) {
    const number = await session?.window.findDay(day, timeZone);
    if (number === undefined) return toBottom();
    if (number === target) session?.visit();
    else window.history.pushState(null, "", messagePath(channel.id, number));
  }

  return (
    <main className="room" id="main" tabIndex={-1} data-panel={panel} data-kind={channel.kind}>
      <div className="scroll" ref={box} data-testid="scroll">
        <div className="sheet">
          <TopBar room={room} panel={panel} state={state} onDay={goToDay} />
          <StatusNotice connection={view.connection} stale={(state.stale?.length ?? 0) > 0} />
          <DayLabel at={day} />
          {unreadAfter !== undefined && (
            <UnreadBar
              channel={channel.id}
              after={unreadAfter}
              first={unread}
              lines={lines}
              seen={unreadSeen}
              onGo={() => goTo(unread?.number ?? unreadAfter + 1, "top")}
            />
          )}
          <LineList
            room={room}
            state={state}
            outbox={outbox}
            nameOf={nameOf}
            target={target}
            unreadAt={unread?.seq}
            range={range}
            above={above}
            list={list}
            below={below}
            keepRows={keepRows}
            onOlder={scroll.loadOlder}
            onNewer={scroll.loadNewer}
            editing={editing?.number}
            onEdit={setEditing}
          />
          <div className="dock">
            <DownButton
              shown={!atBottom || room.newer === true}
              count={channel.unread?.length ?? 0}
              onPress={toBottom}
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
                <PlainPoll channel={channel.id} formKey={formKey} />
              </>
            ) : (
              <JoinBar channel={channel} error={error} />
            )}
          </div>
        </div>
      </div>
      {panel === "members" && <MembersPanel room={room} state={state} error={panelError} />}
      {panel === "thread" && place?.number !== undefined && (
        <ThreadPanel
          room={room}
          state={state}
          number={place.number}
          at={reply}
          closed={target === undefined ? channelPath(channel.id) : messagePath(channel.id, target)}
          takesFocus={path !== firstPath}
          connected={view.connection === "open"}
          outbox={sending}
          nameOf={nameOf}
          formKey={formKey}
          error={panelError}
        />
      )}
      {panel === "pins" && <PinsPanel room={room} nameOf={nameOf} served={pins} error={panelError} />}
      <Announcer lines={room.lines} number={channel.number} me={state.user.id} nameOf={nameOf} />
    </main>
  );
}

/**
 * The message the room is to show. A thread is beside the room: whoever opens it stays where they are, whoever comes to it
 * comes to the message it hangs on; and the page of a reply is its thread.
 */
function useTarget(room: RoomState, path: string, fresh: boolean): number | undefined {
  const place = roomOf(path);
  const [held, setHeld] = useState(place?.number);
  if (place?.panel !== "thread" && held !== place?.number) setHeld(place?.number);
  const { id } = room.channel;
  const target = place?.channel !== id ? undefined : place.panel === "thread" ? held : place.number;
  const isAside = fresh && place?.panel === undefined && target !== undefined && isReply(room, target);
  useEffect(() => {
    if (isAside) window.history.replaceState(null, "", threadPath(id, target));
  }, [isAside, id, target]);
  return target;
}

function lastOwn(room: RoomState, me: string): MessagePosted | undefined {
  return room.lines.findLast(
    (line): line is MessagePosted => line.type === "message.posted" && line.author === me && !line.deleted,
  );
}
