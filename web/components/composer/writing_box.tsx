"use client";

import {
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import { flushSync } from "react-dom";

import { CompletionList } from "@/components/composer/completion_list";
import { useCompletion } from "@/components/composer/use_completion";
import { composeAction } from "@/lib/compose_keys";

export interface WritingHandle {
  value(): string;
  focus(): void;
  /** Puts something where the caret is, or in the place of what is selected. */
  insert(words: string): void;
}

interface WritingBoxProps {
  ref: Ref<WritingHandle>;
  /** Of the field, in the page. */
  id: string;
  text: string;
  /** How the field is called, and what stands in it while it is empty. */
  label: string;
  placeholder: string;
  editing: boolean;
  required: boolean;
  /** Escape has something to leave. */
  leaves: boolean;
  wrong: boolean;
  describedBy: string;
  onChange(text: string): void;
  onPaste(event: ClipboardEvent): void;
  onSend(): void;
  onEditLast(): void;
  onLeave(): void;
}

const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** The field itself: grows with what is in it, completes names, and knows an input method's keys from one's own. */
export function WritingBox(props: WritingBoxProps) {
  const { ref, id, text, editing, onChange } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const compositionEndedAt = useRef(-Infinity);
  const completion = useCompletion(area, text, place, !editing);
  const open = completion.options.length > 0;

  useBrowserLayoutEffect(() => grow(area.current), [text]);

  function place(next: string, caret: number) {
    // Rendered at once: what is typed next must find the caret behind these words, not where it was before.
    flushSync(() => onChange(next));
    area.current?.focus();
    area.current?.setSelectionRange(caret, caret);
  }

  useImperativeHandle(ref, () => ({
    value: () => area.current?.value ?? "",
    focus: () => area.current?.focus(),
    insert(words) {
      const [from, to] = [area.current?.selectionStart ?? text.length, area.current?.selectionEnd ?? text.length];
      place(text.slice(0, from) + words + text.slice(to), from + words.length);
    },
  }));

  function write(event: ChangeEvent<HTMLTextAreaElement>) {
    const { value, selectionEnd } = event.target;
    const composing = (event.nativeEvent as InputEvent).isComposing;
    const closed = composing ? undefined : completion.close(value, selectionEnd);
    if (closed) place(closed.text, closed.caret);
    else onChange(value);
    completion.look();
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (completion.press(event)) return;
    const { key, keyCode, shiftKey, altKey, ctrlKey, metaKey, isComposing, timeStamp } = event.nativeEvent;
    const action = composeAction(
      { key, keyCode, shiftKey, altKey, ctrlKey, metaKey, isComposing, timeStamp },
      {
        text,
        editing: props.leaves,
        compositionEndedAt: compositionEndedAt.current,
        touch: matchMedia("(pointer: coarse)").matches,
      },
    );
    if (action === "none") return;
    event.preventDefault();
    if (action === "send") props.onSend();
    else if (action === "edit-last") props.onEditLast();
    else props.onLeave();
  }

  return (
    <>
      <label className="unseen" htmlFor={id}>
        {props.label}
      </label>
      <textarea
        id={id}
        ref={area}
        name="text"
        rows={1}
        value={text}
        placeholder={props.placeholder}
        autoComplete="off"
        required={props.required}
        enterKeyHint="send"
        aria-autocomplete="list"
        aria-controls={open ? completion.id : undefined}
        aria-activedescendant={open ? `${completion.id}-${completion.active}` : undefined}
        aria-describedby={props.describedBy}
        aria-invalid={props.wrong}
        onChange={write}
        onPaste={props.onPaste}
        onKeyDown={press}
        onSelect={completion.look}
        onBlur={completion.leave}
        onCompositionEnd={(event) => {
          compositionEndedAt.current = event.timeStamp;
        }}
      />
      <CompletionList completion={completion} />
    </>
  );
}

/** As high as what is in it; the style sheet says how high at most. */
function grow(area: HTMLTextAreaElement | null) {
  if (!area || CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
