"use client";

import { ArrowUp, Check, Mic } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ClipboardEvent, type FormEvent, useEffect, useRef, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { Attach } from "@/components/composer/attach";
import { DropVeil } from "@/components/composer/drop_veil";
import { EmojiButton } from "@/components/composer/emoji_button";
import { EditingNote, ReplyNote, WritingPreview } from "@/components/composer/notes";
import { RecorderBar } from "@/components/composer/recorder_bar";
import { Tray } from "@/components/composer/tray";
import { useRecorder } from "@/components/composer/use_recorder";
import { useSend } from "@/components/composer/use_send";
import { WritingBox, type WritingHandle } from "@/components/composer/writing_box";
import { FieldError } from "@/components/error_text";
import { codeOf } from "@/lib/api_client";
import { spokenName } from "@/lib/conversations";
import { forgetDraft, keepDraft, recallDraft } from "@/lib/drafts";
import type { PostExtras } from "@/lib/outbox";
import type { ChannelSummary, MessagePosted } from "@/lib/protocol.gen.ts";

interface ComposerProps {
  channel: ChannelSummary;
  /** The message in whose thread one writes. */
  thread?: number;
  me: string;
  /** In code points. */
  limit: number;
  formKey: string;
  error: string | undefined;
  editing: MessagePosted | undefined;
  onSend(text: string, extras?: PostExtras): Promise<boolean>;
  onEditLast(): void;
  onEditDone(): void;
}

/** The limit is shown when this little is left. */
const NEAR_LIMIT = 200;

/** What to say: an ordinary form without JavaScript, with it the place where one writes, edits and adds files. */
export function Composer(props: ComposerProps) {
  const { channel, thread, me, limit, formKey, editing, onSend, onEditLast, onEditDone } = props;
  // What is begun in a thread waits there, and not in the room.
  const scope = thread === undefined ? channel.id : `${channel.id}/${thread}`;
  const id = thread === undefined ? "compose" : "compose-thread";
  const t = useTranslations("composer");
  const session = useSession();
  const [text, setText] = useState("");
  const box = useRef<WritingHandle>(null);
  /** What was in the box when the editing began. */
  const draft = useRef<string>(undefined);
  const sendButton = useRef<HTMLButtonElement>(null);
  const sending = useSend(channel.id, onSend, props.error, scope);
  const { items, quote, code, setCode } = sending;
  const recorder = useRecorder((file, recording) => session?.uploads.add(scope, [file], recording));
  const left = limit - [...text].length;
  const hasParts = editing ? (editing.parts?.length ?? 0) > 0 : items.length > 0;
  const sendable = (text.trim() !== "" || hasParts) && left >= 0 && !sending.waiting;

  // What was typed before the page came alive, or left here earlier.
  useEffect(() => {
    const typed = box.current?.value() || recallDraft(me, scope);
    if (typed) setText(typed);
  }, [me, scope]);

  useEffect(() => {
    // The box changes hands: what was in it comes back when the editing is over, of however many messages.
    if (editing) {
      draft.current ??= box.current?.value() ?? "";
      // eslint-disable-next-line react-hooks/set-state-in-effect
      setText(editing.text ?? "");
      box.current?.focus();
    } else if (draft.current !== undefined) {
      setText(draft.current);
      draft.current = undefined;
    }
  }, [editing]);

  // Whoever chose to answer, or added a file, goes on writing.
  useEffect(() => {
    if (quote) box.current?.focus();
  }, [quote]);

  // The buttons of the recording go with it, and with them the focus.
  const speaking = recorder.state === "recording";
  const spoke = useRef(false);
  useEffect(() => {
    const over = spoke.current && !speaking;
    spoke.current = speaking;
    if (!over) return;
    // A telephone's keyboard is not to come up for it.
    if (matchMedia("(pointer: coarse)").matches) sendButton.current?.focus();
    else box.current?.focus();
  }, [speaking]);

  // One who leaves the room is not writing in it.
  useEffect(() => () => session?.typing.stopped(), [session, channel.id]);

  function change(next: string) {
    setText(next);
    setCode(undefined);
    sending.hold();
    if (editing) return;
    keepDraft(me, scope, next);
    if (thread === undefined) session?.typing.changed(channel.id, next);
  }

  function clear() {
    setText("");
    forgetDraft(me, scope);
  }

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!sendable) return;
    if (editing) return save(editing);
    await sending.send(text, clear);
    box.current?.focus();
  }

  async function save(message: MessagePosted) {
    try {
      if (text !== (message.text ?? "")) {
        await session?.run({ type: "message.edit", channel: channel.id, number: message.number, text });
      }
      onEditDone();
    } catch (failure) {
      setCode(codeOf(failure));
    }
  }

  function paste(event: ClipboardEvent) {
    const files = [...event.clipboardData.files];
    // A table copied from a sheet is there as a picture too: its text is meant.
    if (editing || files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    sending.addFiles(files);
  }

  function leave() {
    if (editing) onEditDone();
    else session?.composing.reply(scope, undefined);
  }

  return (
    <form className="composer" method="post" action={`/forms/channels/${channel.id}/messages`} onSubmit={submit}>
      <input type="hidden" name="key" value={formKey} />
      {thread !== undefined && <input type="hidden" name="thread" value={thread} />}
      <WritingPreview text={text} />
      {editing && <EditingNote onCancel={onEditDone} />}
      {quote && !editing && <ReplyNote quote={quote} onCancel={leave} />}
      {!editing && session && <Tray items={items} actions={session.uploads.actions} sending={sending.waiting} />}
      <DropVeil channel={spokenName(channel)} inThread={thread !== undefined} onFiles={sending.addFiles} />
      {recorder.state === "recording" ? (
        <RecorderBar recorder={recorder} />
      ) : (
        <div className="composer-box">
          {!editing && <Attach onFiles={sending.addFiles} onPart={sending.sendPart} />}
          <WritingBox
            ref={box}
            text={text}
            id={id}
            label={thread === undefined ? t("label", { channel: spokenName(channel) }) : t("labelThread")}
            placeholder={
              thread === undefined ? t("placeholder", { channel: spokenName(channel) }) : t("placeholderThread")
            }
            editing={editing !== undefined}
            required={!hasParts}
            leaves={editing !== undefined || quote !== undefined}
            wrong={code !== undefined || left < 0}
            describedBy={code ? `${id}-error` : `${id}-hint`}
            onChange={change}
            onPaste={paste}
            onSend={() => void submit()}
            onEditLast={onEditLast}
            onLeave={leave}
          />
          <EmojiButton onPick={(emoji) => box.current?.insert(emoji)} />
          {!editing && (
            <button
              type="button"
              className="icon-button needs-js"
              aria-label={t("record")}
              title={t("record")}
              disabled={recorder.state === "asking"}
              onClick={recorder.start}
            >
              <Mic aria-hidden />
            </button>
          )}
          <button
            ref={sendButton}
            type="submit"
            className="send"
            aria-label={editing ? t("save") : t("send")}
            title={editing ? t("save") : t("send")}
            data-ready={sendable || undefined}
          >
            {editing ? <Check aria-hidden /> : <ArrowUp aria-hidden />}
          </button>
        </div>
      )}
      <div className="composer-foot">
        <span id={`${id}-hint`} className="unseen">
          {t("hint")}
        </span>
        <FieldError id={`${id}-error`} code={code ?? (recorder.trouble && `microphone_${recorder.trouble}`)} />
        {left < NEAR_LIMIT && (
          <span className="count" data-over={left < 0 || undefined} role="status">
            {left < 0 ? t("over", { count: -left }) : t("left", { count: left })}
          </span>
        )}
      </div>
    </form>
  );
}
