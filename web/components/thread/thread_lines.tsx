"use client";

import { useTranslations } from "next-intl";
import { type FocusEvent, type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { Announcer } from "@/components/room/announcer";
import { Composer } from "@/components/room/composer";
import { DownButton } from "@/components/room/down_button";
import { useAnswers } from "@/components/polls/use_answers";
import { RowView } from "@/components/room/line_list";
import { useMessageActions } from "@/components/room/use_message_actions";
import { rowAt, walkRows } from "@/components/room/walk";
import { useThreadFocus, useThreadReading } from "@/components/thread/use_thread";
import type { ThreadPanelProps } from "@/components/thread/thread_panel";
import { useCalendar } from "@/components/time";
import { threadPath } from "@/lib/addresses";
import { type Row, rowsOf } from "@/lib/grouping";
import type { PostExtras } from "@/lib/outbox";
import type { MessagePosted, Thread } from "@/lib/protocol.gen.ts";
import { mayDeleteOthers } from "@/lib/state_views";
import { followOf } from "@/lib/threads";

/** This near the end counts as being there. */
const END_PX = 40;

/** The message, its replies, and the box to write another in. */
export function ThreadLines({ thread, ...props }: ThreadPanelProps & { thread: Thread }) {
  const { room, state, at, nameOf } = props;
  const t = useTranslations("thread");
  const session = useSession();
  const box = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLElement>(null);
  const [editing, setEditing] = useState<MessagePosted>();
  const [current, setCurrent] = useState<string>();
  const [atEnd, setAtEnd] = useState(at === undefined);
  const me = state.user.id;
  const { channel } = room;
  const { root, lines, older = false, newer = false } = thread;
  const actions = useMessageActions(channel.id, setEditing, undefined, `${channel.id}/${root.number}`);
  const unread = followOf(state, channel.id, root.number)?.unread ?? [];
  const [newFrom] = useState(unread[0]);
  const { first, rows } = useRows(thread, props, newFrom);
  const keys = [...(first ? [first] : []), ...rows].flatMap(({ kind, key }) => (kind === "message" ? [key] : []));
  const tabStop = current !== undefined && keys.includes(current) ? current : keys.at(-1);
  const looks = atEnd && !newer;
  useThreadReading(channel.id, root.number, looks ? unread.at(-1) : undefined);
  useThreadFocus(panel, { channel: channel.id, number: root.number, at }, props.takesFocus);

  function toEnd() {
    box.current?.scrollTo({ top: 0 });
    if (newer) session?.thread.open(channel.id, root.number).catch(() => undefined);
  }

  async function send(text: string, extras?: PostExtras): Promise<boolean> {
    const taken = session?.post(channel.id, text, { ...extras, thread: root.number }) ?? false;
    if (taken) toEnd();
    return taken;
  }

  const calendar = useCalendar();
  const pins = room.pins ?? [];
  const saved = state.saved?.[channel.id] ?? [];
  const answers = useAnswers(state.answers, channel.id);
  function rowProps(row: Row) {
    const number = row.kind === "message" && !row.item ? row.message.number : undefined;
    const has = (numbers: readonly number[]) => number !== undefined && numbers.includes(number);
    return {
      row,
      me,
      nameOf,
      calendar,
      sign: undefined,
      actions,
      inThread: true,
      member: room.member,
      deletesOthers: mayDeleteOthers(state),
      tabStop: row.key === tabStop,
      targeted: number !== undefined && number === at,
      editing: number !== undefined && number === editing?.number,
      pinned: has(pins),
      saved: has(saved),
      answer: number === undefined ? undefined : answers.get(number),
    };
  }
  const list = {
    onKeyDown: (event: KeyboardEvent) => walkRows(event, box.current),
    onFocus: (event: FocusEvent) => setCurrent((before) => rowAt(event.target) ?? before),
  };
  return (
    <>
      <div
        className="thread-scroll"
        ref={(element) => {
          box.current = element;
          panel.current = element?.closest("aside") ?? null;
        }}
        tabIndex={0}
        role="region"
        aria-label={t("title")}
        onScroll={({ currentTarget }) => setAtEnd(-currentTarget.scrollTop < END_PX)}
      >
        <div className="thread">
          <ol className="lines" aria-label={t("root")} {...list}>
            {first && <RowView {...rowProps(first)} again />}
          </ol>
          <p className="thread-count">
            <span>{t("count", { count: root.replies?.count ?? 0 })}</span>
          </p>
          {older && (
            <p className="more">
              <a
                href={threadPath(channel.id, root.number, lines[0]?.number)}
                onClick={instead(() => session?.thread.loadOlder())}
              >
                {t("older")}
              </a>
            </p>
          )}
          <ol className="lines" aria-label={t("replies", { number: root.number })} {...list}>
            {rows.map((row) => (
              <RowView key={row.key} {...rowProps(row)} />
            ))}
          </ol>
          {newer && (
            <p className="more">
              <a
                href={threadPath(channel.id, root.number, lines.at(-1)?.number)}
                onClick={instead(() => session?.thread.loadNewer())}
              >
                {t("newer")}
              </a>
            </p>
          )}
          <div id="thread-end" />
        </div>
      </div>
      <Announcer lines={lines} number={channel.number} me={me} nameOf={nameOf} />
      <div className="dock thread-dock">
        <DownButton shown={!looks} count={unread.length} onPress={toEnd} />
        {room.member && (
          <Composer
            channel={channel}
            thread={root.number}
            me={me}
            limit={state.limits.text_characters}
            formKey={props.formKey}
            error={props.error}
            editing={editing}
            onSend={send}
            onEditLast={() => setEditing(lines.findLast((line) => line.author === me && !line.deleted))}
            onEditDone={() => setEditing(undefined)}
          />
        )}
      </div>
      {actions.dialog}
    </>
  );
}

/** The row of the message it hangs on, and those of the replies with what is on its way. */
function useRows(
  { root, lines, older, newer }: Thread,
  { state, outbox }: Pick<ThreadPanelProps, "state" | "outbox">,
  newFrom: number | undefined,
): { first: Row | undefined; rows: readonly Row[] } {
  const calendar = useCalendar();
  const me = state.user.id;
  const own = useMemo(() => outbox.filter((item) => item.thread === root.number), [outbox, root.number]);
  const first = useMemo(
    () => rowsOf([root], [], { me, calendar }).find(({ kind }) => kind === "message"),
    [root, me, calendar],
  );
  const rows = useMemo(() => {
    const unreadAt = newFrom === undefined ? undefined : lines.find(({ number }) => number === newFrom)?.seq;
    return rowsOf(lines, newer ? [] : own, { me, calendar, unreadAt, before: older ? undefined : root });
  }, [root, lines, own, older, newer, newFrom, me, calendar]);
  return { first, rows };
}

function instead(call: () => Promise<void> | undefined) {
  return (event: MouseEvent) => {
    event.preventDefault();
    call()?.catch(() => undefined);
  };
}
