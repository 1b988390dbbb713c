"use client";

import { LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from "react";

import { ChannelAvatar } from "@/components/avatar";
import { ConversationBeginning } from "@/components/people/conversation_title";
import { MessageRow } from "@/components/room/message_row";
import { SystemRow } from "@/components/room/system_row";
import { useMessageActions } from "@/components/room/use_message_actions";
import { useReceipts } from "@/components/room/use_receipts";
import { Clock, DayName, useCalendar } from "@/components/time";
import { channelPath } from "@/lib/addresses";
import type { ClientState } from "@/lib/apply_event";
import { isConversation } from "@/lib/conversations";
import { type Row, rowsOf } from "@/lib/grouping";
import type { OutboxItem } from "@/lib/outbox";
import type { MessagePosted, Room } from "@/lib/protocol.gen.ts";
import type { Sign } from "@/lib/receipts";
import { mayDeleteOthers } from "@/lib/state_views";

interface LineListProps {
  room: Room;
  state: ClientState;
  outbox: readonly OutboxItem[];
  nameOf(id: string): string;
  target: number | undefined;
  unreadAfter: number | undefined;
  editing: number | undefined;
  onEdit(message: MessagePosted): void;
  onOlder(): void;
  onNewer(): void;
}

/** A room's lines, oldest first. The arrow keys go from message to message, Tab to what one can do with it. */
export function LineList(props: LineListProps) {
  const { room, state, outbox, nameOf, target, unreadAfter } = props;
  const t = useTranslations("room");
  const calendar = useCalendar();
  const list = useRef<HTMLOListElement>(null);
  const actions = useMessageActions(room.channel.id, props.onEdit);
  const [current, setCurrent] = useState<string>();
  const me = state.user.id;
  const rows = useMemo(
    () => rowsOf(room.lines, room.newer ? [] : outbox, { me, calendar, unreadAfter }),
    [room.lines, room.newer, outbox, me, calendar, unreadAfter],
  );
  const tabStop = current ?? rows.findLast((row) => row.kind === "message")?.key;
  const signs = useReceipts(room, me);
  const deletesOthers = mayDeleteOthers(state);

  function walk(event: KeyboardEvent<HTMLOListElement>) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const from = event.target as HTMLElement;
    if (!by || !from.matches("[data-row]")) return;
    event.preventDefault();
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    all[all.indexOf(from) + by]?.focus();
  }

  return (
    <div className="thread">
      {room.older ? (
        <p className="more">
          <a
            href={`${channelPath(room.channel.id)}?before=${room.lines[0]?.seq ?? 1}`}
            onClick={instead(props.onOlder)}
          >
            <LoaderCircle className="spinner needs-js" aria-hidden />
            {t("older")}
          </a>
        </p>
      ) : (
        <Beginning room={room} me={state.user.id} />
      )}
      <ol
        className="lines"
        ref={list}
        aria-label={t("messages", { channel: room.channel.name })}
        onKeyDown={walk}
        onFocus={(event) => {
          const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
          if (row) setCurrent(row.dataset.row);
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
            actions={actions}
          />
        ))}
      </ol>
      {room.newer && (
        <p className="more">
          <a href={channelPath(room.channel.id)} onClick={instead(props.onNewer)}>
            {t("newer")}
          </a>
        </p>
      )}
      <div id="end" />
      {actions.dialog}
    </div>
  );
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
  actions: ReturnType<typeof useMessageActions>;
}

function RowView({ row, nameOf, calendar, ...rest }: RowViewProps) {
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
        <li className="divider unread" id="unread">
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
