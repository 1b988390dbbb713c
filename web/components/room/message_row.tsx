"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, memo, type MouseEvent, useState } from "react";

import { Avatar } from "@/components/avatar";
import { useErrorText } from "@/components/error_text";
import { Markdown } from "@/components/markdown";
import { OriginLabel } from "@/components/parts/origin_label";
import { Parts } from "@/components/parts/parts";
import { Previews } from "@/components/parts/link_preview";
import { PersonLink } from "@/components/people/person_link";
import { QuoteView } from "@/components/parts/quote_view";
import { MessagePoll } from "@/components/polls/message_poll";
import { EditedMark } from "@/components/room/edited_mark";
import { KeptMarks, PlainKeeping } from "@/components/room/kept_marks";
import { MessageTools } from "@/components/room/message_tools";
import { Reactions } from "@/components/room/reactions";
import { RepliesLink } from "@/components/thread/replies_link";
import { ReadSign, useReadText } from "@/components/room/read_sign";
import type { MessageAction } from "@/components/room/use_message_actions";
import { Clock } from "@/components/time";
import { useLongPress } from "@/components/use_long_press";
import { pathOf, threadPath } from "@/lib/addresses";
import { namesUser } from "@/lib/apply_event";
import { isEmojiOnly } from "@/lib/markdown";
import type { OutboxItem } from "@/lib/outbox";
import { isBare } from "@/lib/parts";
import type { MessagePosted } from "@/lib/protocol.gen.ts";
import type { Sign } from "@/lib/receipts";
import type { Calendar } from "@/lib/times";

export interface MessageRowProps {
  rowKey: string;
  message: MessagePosted;
  /** Set while the message is on its way out. */
  item: OutboxItem | undefined;
  /** How far one's own message was read, where that is told. */
  sign?: Sign | undefined;
  mine: boolean;
  first: boolean;
  last: boolean;
  author: string;
  me: string;
  nameOf(id: string): string;
  calendar: Calendar;
  tabStop: boolean;
  targeted: boolean;
  editing: boolean;
  mayDelete: boolean;
  mayReact: boolean;
  pinned: boolean;
  saved: boolean;
  /** It stands in a thread, where nothing of that has to be shown; `again`: and is in the page already. */
  inThread?: boolean | undefined;
  again?: boolean | undefined;
  /** Unread ones in its thread, which the reader follows. */
  newReplies?: number | undefined;
  /** What one votes for in its anonymous poll. */
  answer?: readonly number[] | undefined;
  run(action: MessageAction): void;
}

/** Longer messages are folded. */
const FOLDED_FROM = 1_800;
const KEYS: Record<string, "reply" | "thread" | "forward" | "edit"> = {
  r: "reply",
  t: "thread",
  f: "forward",
  e: "edit",
};

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, item, mine, first, last, author, calendar, run } = props;
  const t = useTranslations("message");
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const [held, setHeld] = useState(false);
  const readText = useReadText(props.nameOf);
  const press = useLongPress(() => setMenuOpen(true), "a, button, pre");
  const usable = !item && !message.deleted;

  /** Keys of a message that has the focus itself. */
  function pressKey(event: KeyboardEvent) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || !usable) return;
    const act = KEYS[event.key];
    if (
      !act ||
      (act === "thread" && props.inThread) ||
      (act === "reply" && !props.mayReact) ||
      (act === "edit" && (!mine || message.forward))
    )
      return;
    event.preventDefault();
    run({ type: act, message });
  }

  function openMenu(event: MouseEvent) {
    // A link, a selection or Shift ask for the browser's own menu.
    const target = event.target as HTMLElement;
    if (!usable || event.shiftKey || target.closest("a, pre") || getSelection()?.toString()) return;
    event.preventDefault();
    setMenuOpen(true);
  }

  return (
    <li
      className="message"
      id={item || props.again ? undefined : `m${message.number}`}
      data-row={props.rowKey}
      // Most of a room is not in the page: which one of how many is to be said, and how many changes all the time.
      aria-posinset={item || props.again ? undefined : (message.place ?? message.number)}
      aria-setsize={item || props.again ? undefined : -1}
      data-mine={mine || undefined}
      data-mentioned={(!mine && namesUser(message.mentions, props.me)) || undefined}
      data-first={first || undefined}
      data-last={last || undefined}
      data-targeted={props.targeted || undefined}
      data-editing={props.editing || undefined}
      data-active={menuOpen || held || undefined}
      tabIndex={props.tabStop ? 0 : -1}
      onKeyDown={pressKey}
      onPointerEnter={(event) => event.pointerType === "mouse" && setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setFocused(false)}
      onContextMenu={openMenu}
      {...(usable ? press : {})}
    >
      {(first || last) && <Avatar id={message.author} name={author} presence card />}
      {first && (
        <div className="message-head">
          <PersonLink id={message.author} className="message-author" tabIndex={-1}>
            {author}
          </PersonLink>
          <Clock at={message.at} calendar={calendar} />
        </div>
      )}
      <div className="message-line">
        <div
          className="bubble"
          data-large={isLarge(message) || undefined}
          data-bare={isBareMessage(message) || undefined}
        >
          <Content {...props} />
        </div>
        {(props.pinned || props.saved) && <KeptMarks pinned={props.pinned} saved={props.saved} />}
        {mine && <ReadSign item={item} sign={props.sign} nameOf={props.nameOf} />}
        {!item && (
          <a className="stamp" href={pathOf(message)} tabIndex={-1}>
            <Clock at={message.at} calendar={calendar} />
          </a>
        )}
        {usable && (hovered || focused || menuOpen || held) && (
          <MessageTools
            message={message}
            mine={mine}
            note={readText(props.sign?.readers ?? [])}
            mayDelete={props.mayDelete}
            mayReact={props.mayReact}
            pinned={props.pinned}
            saved={props.saved}
            inThread={props.inThread}
            menuOpen={menuOpen}
            onMenu={setMenuOpen}
            onHold={setHeld}
            run={run}
          />
        )}
      </div>
      {message.reactions && (
        <Reactions message={message} me={props.me} nameOf={props.nameOf} disabled={!props.mayReact} run={run} />
      )}
      {!props.inThread && message.replies && (
        <RepliesLink message={message} unread={props.newReplies} nameOf={props.nameOf} calendar={calendar} />
      )}
      {item?.status === "failed" && <Failure item={item} run={run} />}
      {props.targeted && usable && !props.inThread && (
        <noscript>
          <a className="button small" href={threadPath(message.channel, message.number)}>
            {t("thread")}
          </a>
        </noscript>
      )}
      {props.targeted && usable && <PlainActions {...props} />}
    </li>
  );
});

/** Where it is from, what it answers, what it says, and what it brings. */
function Content({ message, item, author, me, nameOf, calendar, mayReact, answer, run }: MessageRowProps) {
  const t = useTranslations("message");
  if (message.deleted || message.redacted) return <p className="gone">{t("deleted")}</p>;
  const { forward, reply, text, parts, previews, channel } = message;
  return (
    <>
      {forward && <OriginLabel origin={forward} calendar={calendar} />}
      {reply && <QuoteView quote={reply} channel={channel} onShow={(number) => run({ type: "show", number })} />}
      {text && <Text message={message} me={me} nameOf={nameOf} run={run} />}
      {parts && (
        <Parts
          parts={parts}
          author={author}
          poll={(part) => (
            <MessagePoll
              part={part}
              message={message}
              me={me}
              answer={answer}
              nameOf={nameOf}
              mayVote={mayReact && !item}
              run={run}
            />
          )}
        />
      )}
      {previews && previews.length > 0 && <Previews previews={previews} />}
    </>
  );
}

function isLarge({ deleted, reply, forward, text, parts }: MessagePosted): boolean {
  return !deleted && !reply && !forward && !parts?.length && isEmojiOnly(text ?? "");
}

/** Pictures and cards alone need no bubble around them. */
function isBareMessage({ deleted, reply, forward, text, parts = [] }: MessagePosted): boolean {
  return !deleted && !reply && !forward && !text && isBare(parts);
}

function Text({ message, me, nameOf, run }: Pick<MessageRowProps, "message" | "me" | "nameOf" | "run">) {
  const t = useTranslations("message");
  const [open, setOpen] = useState(false);
  const text = message.text ?? "";
  const long = text.length > FOLDED_FROM;
  return (
    <>
      <div className="fold" data-folded={(long && !open) || undefined}>
        <Markdown text={text} mentions={message.mentions} me={me} nameOf={nameOf} />
      </div>
      {long && (
        <button type="button" className="unfold needs-js" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("showLess") : t("showMore")}
        </button>
      )}
      {message.edited_at !== undefined && <EditedMark message={message} run={run} />}
    </>
  );
}

/** Without JavaScript a message's own page is where one edits and deletes it. */
function PlainActions({ message, mine, mayDelete, mayReact, pinned, saved }: MessageRowProps) {
  const t = useTranslations("message");
  const action = `/forms/channels/${message.channel}/messages/${message.number}`;
  return (
    <noscript>
      <div className="plain">
        <PlainKeeping action={action} pinned={pinned} saved={saved} mayPin={mayReact} />
        {mine && mayDelete && !message.forward && (
          <form method="post" action={`${action}/edit`}>
            <textarea className="input" name="text" aria-label={t("edit")} defaultValue={message.text} required />
            <button className="button small">{t("edit")}</button>
          </form>
        )}
        {mayDelete && (
          <form method="post" action={`${action}/delete`}>
            <button className="button small danger">{t("delete")}</button>
          </form>
        )}
      </div>
    </noscript>
  );
}

/** Why it was not sent, and what to do. */
function Failure({ item, run }: { item: OutboxItem; run(action: MessageAction): void }) {
  const t = useTranslations("message");
  const errorText = useErrorText();
  return (
    <div className="delivery failed" role="alert">
      <CircleAlert aria-hidden />
      <span>
        {t("failed")}. {item.error && errorText(item.error)}
      </span>
      <button type="button" onClick={() => run({ type: "retry", item })}>
        {t("retry")}
      </button>
      <button type="button" onClick={() => run({ type: "discard", item })}>
        {t("discard")}
      </button>
    </div>
  );
}
