"use client";

import { CloudOff, LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { ChannelAvatar } from "@/components/avatar";
import { useErrorText } from "@/components/error_text";
import { ConversationBeginning } from "@/components/people/conversation_title";
import { stopHeldSounds } from "@/components/parts/held_sounds";
import { useAnswers } from "@/components/polls/use_answers";
import { MessageRow } from "@/components/room/message_row";
import { SystemRow } from "@/components/room/system_row";
import { useMessageActions } from "@/components/room/use_message_actions";
import { useReceipts } from "@/components/room/use_receipts";
import { rowAt, walkRows } from "@/components/room/walk";
import { BAR_PX } from "@/components/room/list_place";
import type { Scroll } from "@/components/room/use_scroll";
import { Clock, DayName, useCalendar } from "@/components/time";
import { channelPath } from "@/lib/addresses";
import type { ClientState } from "@/lib/apply_event";
import { isConversation } from "@/lib/conversations";
import { type Row, rowsOf } from "@/lib/grouping";
import type { OutboxItem } from "@/lib/outbox";
import type { MessagePosted, Room } from "@/lib/protocol.gen.ts";
import type { Sign } from "@/lib/receipts";
import { mayDeleteOthers } from "@/lib/state_views";
import { unreadIn } from "@/lib/threads";

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

interface LineListProps {
  room: Room;
  state: ClientState;
  outbox: readonly OutboxItem[];
  nameOf(id: string): string;
  target: number | undefined;
  /** The seq of the line the divider of new messages stands before. */
  unreadAt: number | undefined;
  range: Scroll["range"];
  above: Scroll["above"];
  list: Scroll["list"];
  below: Scroll["below"];
  keepRows: Scroll["keepRows"];
  onOlder(): void;
  onNewer(): void;
  editing: number | undefined;
  onEdit(message: MessagePosted): void;
}

/**
 * A room's lines about the view, oldest first; beyond them their height alone. The arrow keys go from message to message,
 * Tab to what one can do with it.
 */
export function LineList(props: LineListProps) {
  const { room, state, outbox, nameOf, target, unreadAt, range, keepRows } = props;
  const { above, list, below, onOlder, onNewer } = props;
  const t = useTranslations("room");
  const sayTrouble = useErrorText();
  const troubled = state.olderTrouble?.channel === room.channel.id ? state.olderTrouble.code : undefined;
  const calendar = useCalendar();
  const actions = useMessageActions(room.channel.id, props.onEdit);
  const [current, setCurrent] = useState<string>();
  const me = state.user.id;
  const { lines } = room;
  const { from, to } = range;
  const atStart = from === 0;
  const atEnd = to === lines.length;
  const rows = useMemo(
    () =>
      rowsOf(lines.slice(from, to), atEnd && !room.newer ? outbox : [], {
        me,
        calendar,
        unreadAt,
        before: lines[from - 1],
        after: lines[to],
      }),
    [lines, from, to, atEnd, room.newer, outbox, me, calendar, unreadAt],
  );
  const walked = rows.some((row) => row.key === current);
  const tabStop = walked ? current : rows.findLast((row) => row.kind === "message")?.key;
  const signs = useReceipts(room, me);
  const deletesOthers = mayDeleteOthers(state);
  const pinned = useMemo(() => new Set(room.pins), [room.pins]);
  const savedHere = state.saved?.[room.channel.id];
  const saved = useMemo(() => new Set(savedHere), [savedHere]);
  const { threads } = state;
  const news = useMemo(() => unreadIn({ threads }, room.channel.id), [threads, room.channel.id]);
  const answers = useAnswers(state.answers, room.channel.id);
  useBrowserLayoutEffect(() => keepRows(rows), [keepRows, rows]);
  useKeptFocus(list, current, walked);
  // After the rows, whose sounds are held when they leave.
  useEffect(() => () => queueMicrotask(stopHeldSounds), []);

  return (
    <div className="thread">
      <div className="spacer" ref={above} aria-hidden />
      {atStart && room.older && troubled && (
        <p className="more-trouble notice" role="status">
          <CloudOff aria-hidden />
          {sayTrouble(troubled)}
        </p>
      )}
      {atStart && room.older && !troubled && (
        <p className="more">
          <a href={`${channelPath(room.channel.id)}?before=${lines[0]?.seq ?? 1}`} onClick={instead(onOlder)}>
            <LoaderCircle className="spinner needs-js" aria-hidden />
            {t("older")}
          </a>
        </p>
      )}
      {atStart && !room.older && <Beginning room={room} me={state.user.id} />}
      <ol
        className="lines"
        ref={list}
        aria-label={t("messages", { channel: room.channel.name })}
        onKeyDown={(event) => walkRows(event, list.current)}
        onFocus={(event) => {
          const row = rowAt(event.target);
          if (row) setCurrent(row);
        }}
      >
        {rows.map((row) => (
          <RowView
            key={row.key}
            row={row}
            me={me}
            nameOf={nameOf}
            calendar={calendar}
            tabStop={row.key === tabStop}
            targeted={row.kind === "message" && target !== undefined && row.message.number === target}
            editing={row.kind === "message" && props.editing !== undefined && row.message.number === props.editing}
            deletesOthers={deletesOthers}
            sign={row.kind === "message" ? signs.get(row.message.number) : undefined}
            member={room.member}
            pinned={row.kind === "message" && pinned.has(row.message.number)}
            saved={row.kind === "message" && saved.has(row.message.number)}
            newReplies={row.kind === "message" ? news.get(row.message.number) : undefined}
            answer={row.kind === "message" ? answers.get(row.message.number) : undefined}
            actions={actions}
          />
        ))}
      </ol>
      {atEnd && room.newer && (
        <p className="more">
          <a href={`${channelPath(room.channel.id)}?after=${lines.at(-1)?.seq ?? 1}`} onClick={instead(onNewer)}>
            {t("newer")}
          </a>
        </p>
      )}
      <div className="spacer" ref={below} aria-hidden />
      <div id="end" />
      {actions.dialog}
    </div>
  );
}

/** Where the row that has the focus leaves the page, the first one in view takes it: the arrow keys go on from there. */
function useKeptFocus(list: Scroll["list"], current: string | undefined, there: boolean) {
  const had = useRef(false);
  useBrowserLayoutEffect(() => {
    if (had.current && !there && document.activeElement === document.body)
      [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])]
        .find(isInView)
        ?.focus({ preventScroll: true });
    had.current = there && current !== undefined && list.current?.contains(document.activeElement) === true;
  });
}

function isInView(row: HTMLElement): boolean {
  return row.getBoundingClientRect().top >= BAR_PX;
}

interface RowViewProps {
  row: Row;
  me: string;
  nameOf(id: string): string;
  calendar: ReturnType<typeof useCalendar>;
  tabStop: boolean;
  targeted: boolean;
  editing: boolean;
  deletesOthers: boolean;
  sign: Sign | undefined;
  member: boolean;
  pinned: boolean;
  saved: boolean;
  answer?: readonly number[] | undefined;
  actions: ReturnType<typeof useMessageActions>;
  inThread?: boolean | undefined;
  again?: boolean | undefined;
  newReplies?: number | undefined;
}

export function RowView({ row, nameOf, calendar, ...rest }: RowViewProps) {
  const t = useTranslations("room");
  switch (row.kind) {
    case "day":
      return (
        <li className="divider">
          <span>
            <DayName at={row.at} calendar={calendar} />
          </span>
        </li>
      );
    case "pause":
      return (
        <li className="pause">
          <Clock at={row.at} calendar={calendar} />
        </li>
      );
    case "unread":
      return (
        // The room's own can be gone to by its name.
        <li className="divider unread" id={rest.inThread ? undefined : "unread"}>
          <span>{t("new")}</span>
        </li>
      );
    case "system":
      return <SystemRow line={row.line} nameOf={nameOf} calendar={calendar} />;
    case "message":
      return (
        <MessageRow
          rowKey={row.key}
          message={row.message}
          item={row.item}
          sign={rest.sign}
          mine={row.mine}
          first={row.first}
          last={row.last}
          author={nameOf(row.message.author)}
          me={rest.me}
          nameOf={nameOf}
          calendar={calendar}
          tabStop={rest.tabStop}
          targeted={rest.targeted}
          editing={rest.editing}
          mayDelete={row.mine || rest.deletesOthers}
          mayReact={rest.member}
          pinned={rest.pinned}
          saved={rest.saved}
          inThread={rest.inThread}
          again={rest.again}
          newReplies={rest.newReplies}
          answer={rest.answer}
          run={rest.actions.run}
        />
      );
  }
}

function Beginning({ room, me }: { room: Room; me: string }) {
  const t = useTranslations("room");
  const { channel } = room;
  if (isConversation(channel)) return <ConversationBeginning channel={channel} me={me} />;
  return (
    <div className="beginning">
      <ChannelAvatar id={channel.id} locked={channel.private} size="large" />
      <h2>{t("beginning", { channel: channel.name })}</h2>
      <p>{channel.topic ?? t("beginningLead")}</p>
    </div>
  );
}

function instead(call: () => void) {
  return (event: MouseEvent) => {
    event.preventDefault();
    call();
  };
}
