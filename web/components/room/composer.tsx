"use client";

import { ArrowUp, Check, Pencil, Smile, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { EmojiPopover } from "@/components/overlays/lazy";
import { codeOf } from "@/lib/api_client";
import { composeAction } from "@/lib/compose_keys";
import { forgetDraft, keepDraft, recallDraft } from "@/lib/drafts";
import type { ChannelSummary, MessagePosted } from "@/lib/protocol.gen.ts";

interface ComposerProps {
  channel: ChannelSummary;
  me: string;
  /** In code points. */
  limit: number;
  formKey: string;
  error: string | undefined;
  editing: MessagePosted | undefined;
  onSend(text: string): Promise<boolean>;
  onEditLast(): void;
  onEditDone(): void;
}

/** The limit is shown when this little is left. */
const NEAR_LIMIT = 200;

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** What to say: an ordinary form without JavaScript, with it the place where one writes and edits. */
export function Composer(props: ComposerProps) {
  const { channel, me, limit, formKey, error, editing, onSend, onEditLast, onEditDone } = props;
  const t = useTranslations("composer");
  const session = useSession();
  const [text, setText] = useState("");
  const [code, setCode] = useState(error);
  const [picking, setPicking] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const smile = useRef<HTMLButtonElement>(null);
  const compositionEndedAt = useRef(-Infinity);
  const draft = useRef("");
  const name = `#${channel.name}`;
  const left = limit - [...text].length;
  const sendable = text.trim() !== "" && left >= 0;

  // What was typed before the page came alive, or left here earlier.
  useEffect(() => {
    const typed = box.current?.value || recallDraft(me, channel.id);
    if (typed) setText(typed);
  }, [me, channel.id]);

  useEffect(() => {
    if (!editing) return;
    draft.current = box.current?.value ?? "";
    // The box changes hands: what was in it comes back when the editing is over.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setText(editing.text ?? "");
    box.current?.focus();
    return () => setText(draft.current);
  }, [editing]);

  // One who leaves the room is not writing in it.
  useEffect(() => () => session?.typing.stopped(), [session, channel.id]);

  useBrowserLayoutEffect(() => grow(box.current), [text]);

  function change(next: string) {
    setText(next);
    setCode(undefined);
    if (editing) return;
    keepDraft(me, channel.id, next);
    session?.typing.changed(channel.id, next);
  }

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!sendable) return;
    if (editing) return save(editing);
    if (await onSend(text)) {
      setText("");
      forgetDraft(me, channel.id);
    } else {
      setCode("busy");
    }
    box.current?.focus();
  }

  async function save(message: MessagePosted) {
    try {
      if (text !== message.text) {
        await session?.run({ type: "message.edit", channel: channel.id, number: message.number, text });
      }
      onEditDone();
    } catch (failure) {
      setCode(codeOf(failure));
    }
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key, keyCode, shiftKey, altKey, ctrlKey, metaKey, isComposing, timeStamp } = event.nativeEvent;
    const action = composeAction(
      { key, keyCode, shiftKey, altKey, ctrlKey, metaKey, isComposing, timeStamp },
      {
        text,
        editing: editing !== undefined,
        compositionEndedAt: compositionEndedAt.current,
        touch: matchMedia("(pointer: coarse)").matches,
      },
    );
    if (action === "none") return;
    event.preventDefault();
    if (action === "send") void submit();
    else if (action === "edit-last") onEditLast();
    else onEditDone();
  }

  function insert(emoji: string) {
    setPicking(false);
    const area = box.current;
    const [from, to] = [area?.selectionStart ?? text.length, area?.selectionEnd ?? text.length];
    change(text.slice(0, from) + emoji + text.slice(to));
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  }

  return (
    <form className="composer" method="post" action={`/forms/channels/${channel.id}/messages`} onSubmit={submit}>
      <input type="hidden" name="key" value={formKey} />
      {editing && (
        <div className="composer-note">
          <Pencil aria-hidden />
          <span>{t("editing")}</span>
          <button type="button" className="tool" aria-label={t("cancel")} title={t("cancel")} onClick={onEditDone}>
            <X aria-hidden />
          </button>
        </div>
      )}
      <div className="composer-box">
        <label className="unseen" htmlFor="compose">
          {t("label", { channel: name })}
        </label>
        <textarea
          id="compose"
          ref={box}
          name="text"
          rows={1}
          value={text}
          placeholder={t("placeholder", { channel: name })}
          autoComplete="off"
          required
          enterKeyHint="send"
          aria-describedby={code ? "compose-error" : "compose-hint"}
          aria-invalid={code !== undefined || left < 0}
          onChange={(event) => change(event.target.value)}
          onKeyDown={press}
          onCompositionEnd={(event) => {
            compositionEndedAt.current = event.timeStamp;
          }}
        />
        <button
          ref={smile}
          type="button"
          className="icon-button needs-js"
          aria-label={t("emoji")}
          title={t("emoji")}
          aria-expanded={picking}
          onClick={() => setPicking(true)}
        >
          <Smile aria-hidden />
        </button>
        {picking && (
          <EmojiPopover label={t("emoji")} anchor={smile} onPick={insert} onClose={() => setPicking(false)} />
        )}
        <button
          type="submit"
          className="send"
          aria-label={editing ? t("save") : t("send")}
          title={editing ? t("save") : t("send")}
          data-ready={sendable || undefined}
        >
          {editing ? <Check aria-hidden /> : <ArrowUp aria-hidden />}
        </button>
      </div>
      <div className="composer-foot">
        <span id="compose-hint" className="unseen">
          {t("hint")}
        </span>
        <FieldError id="compose-error" code={code} />
        {left < NEAR_LIMIT && (
          <span className="count" data-over={left < 0 || undefined} role="status">
            {left < 0 ? t("over", { count: -left }) : t("left", { count: left })}
          </span>
        )}
      </div>
    </form>
  );
}

/** As high as what is in it; the style sheet says how high at most. */
function grow(area: HTMLTextAreaElement | null) {
  if (!area || CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
