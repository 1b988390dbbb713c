"use client";

import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";

import { FormDialog } from "@/components/overlays/form_dialog";
import type { NewPart, Part } from "@/lib/protocol.gen.ts";

interface PollDialogProps {
  onDone(part: NewPart, shown: Part): void;
  onClose(): void;
}

/** As the server bounds them (protocol/parts.py). */
const OPTIONS_LEAST = 2;
const OPTIONS_MOST = 10;
const LENGTH_MOST = 200;
const HOUR_MS = 3_600_000;
/** When a poll may close by itself, in hours. */
const HOURS = { hour: 1, day: 24, threeDays: 72, week: 168 } as const;
type Closing = "never" | keyof typeof HOURS | "at";
const CLOSINGS = ["never", "hour", "day", "threeDays", "week", "at"] as const satisfies readonly Closing[];

interface Option {
  key: number;
  text: string;
}

/** A poll: what is asked, what there is to choose from, and how. */
export function PollDialog({ onDone, onClose }: PollDialogProps) {
  const t = useTranslations("poll");
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState<Option[]>([
    { key: 0, text: "" },
    { key: 1, text: "" },
  ]);
  const [multiple, setMultiple] = useState(false);
  const [anonymous, setAnonymous] = useState(false);
  const [closing, setClosing] = useState<Closing>("never");
  const [at, setAt] = useState(tomorrow);
  const [early, setEarly] = useState(false);
  const past = closing === "at" && early;
  const next = useRef(OPTIONS_LEAST);
  const list = useRef<HTMLFieldSetElement>(null);
  const written = options.map(({ text }) => text.trim()).filter(Boolean);
  const alike = new Set(written.map((text) => text.toLowerCase())).size < written.length;
  const ready = question.trim() !== "" && written.length >= OPTIONS_LEAST && !alike && !past;

  function write(key: number, text: string) {
    setOptions(options.map((each) => (each.key === key ? { key, text } : each)));
  }

  function add() {
    setOptions([...options, { key: next.current++, text: "" }]);
  }

  function remove(key: number) {
    setOptions(options.filter((each) => each.key !== key));
    // The button that had the focus is gone.
    list.current?.querySelector<HTMLElement>("input")?.focus();
  }

  function send() {
    const closes_at = closing === "at" ? Date.parse(at) : closing === "never" ? undefined : in_(HOURS[closing]);
    const poll = { kind: "poll", question: question.trim(), options: written, multiple, anonymous, closes_at } as const;
    onDone(poll, poll);
  }

  return (
    <FormDialog title={t("title")} submit={t("send")} ready={ready} onSubmit={send} onClose={onClose}>
      <div className="field">
        <label htmlFor="poll-question">{t("question")}</label>
        <input
          id="poll-question"
          className="input"
          value={question}
          maxLength={LENGTH_MOST}
          required
          autoFocus
          onChange={(event) => setQuestion(event.target.value)}
        />
      </div>
      <fieldset className="poll-options" ref={list} aria-describedby="poll-alike">
        <legend>{t("options")}</legend>
        {options.map(({ key, text }, index) => (
          <div key={key} className="poll-write">
            <input
              className="input"
              aria-label={t("nth", { number: index + 1 })}
              placeholder={t("nth", { number: index + 1 })}
              value={text}
              maxLength={LENGTH_MOST}
              required={index < OPTIONS_LEAST}
              autoFocus={key >= OPTIONS_LEAST}
              onChange={(event) => write(key, event.target.value)}
            />
            {options.length > OPTIONS_LEAST && (
              <button
                type="button"
                className="icon-button"
                aria-label={t("remove", { number: index + 1 })}
                title={t("remove", { number: index + 1 })}
                onClick={() => remove(key)}
              >
                <X aria-hidden />
              </button>
            )}
          </div>
        ))}
        {options.length < OPTIONS_MOST && (
          <button type="button" className="button small quiet poll-add" onClick={add}>
            <Plus aria-hidden />
            {t("add")}
          </button>
        )}
        <p id="poll-alike" className="error" role="alert">
          {alike && t("alike")}
        </p>
      </fieldset>
      <label className="check">
        <input type="checkbox" checked={multiple} onChange={(event) => setMultiple(event.target.checked)} />
        {t("severalLabel")}
      </label>
      <label className="check">
        <input type="checkbox" checked={anonymous} onChange={(event) => setAnonymous(event.target.checked)} />
        {t("anonymousLabel")}
      </label>
      <div className="field">
        <label htmlFor="poll-closing">{t("closing")}</label>
        <select
          id="poll-closing"
          className="input"
          value={closing}
          onChange={(event) => setClosing(event.target.value as Closing)}
        >
          {CLOSINGS.map((each) => (
            <option key={each} value={each}>
              {t(`closings.${each}`)}
            </option>
          ))}
        </select>
      </div>
      {closing === "at" && (
        <div className="field">
          <label htmlFor="poll-at">{t("at")}</label>
          <input
            id="poll-at"
            className="input"
            type="datetime-local"
            value={at}
            required
            aria-invalid={past}
            aria-describedby="poll-past"
            onChange={(event) => {
              setAt(event.target.value);
              setEarly(!(Date.parse(event.target.value) > Date.now()));
            }}
          />
          <p id="poll-past" className="error" role="alert">
            {past && t("past")}
          </p>
        </div>
      )}
    </FormDialog>
  );
}

function in_(hours: number): number {
  return Date.now() + hours * HOUR_MS;
}

/** A day from now, as the field writes it. */
function tomorrow(): string {
  const then = new Date(in_(24));
  return new Date(then.getTime() - then.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
