"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { useLiveView } from "@/components/chat_provider";
import { FormDialog } from "@/components/overlays/form_dialog";
import { safeAddress } from "@/lib/markdown";
import type { NewPart, Part } from "@/lib/protocol.gen.ts";

interface MeetingDialogProps {
  onDone(part: NewPart, shown: Part): void;
  onClose(): void;
}

/** As the server bounds it (protocol/parts.py). */
const PEOPLE_MOST = 50;
const LENGTHS = [0, 15, 30, 45, 60, 90, 120] as const;

/** A meeting: what about, where to join, when, and who is asked to come. */
export function MeetingDialog({ onDone, onClose }: MeetingDialogProps) {
  const t = useTranslations("meeting");
  const members = (useLiveView()?.state.room?.members ?? []).slice(0, PEOPLE_MOST);
  const [subject, setSubject] = useState("");
  const [written, setWritten] = useState("");
  const [at, setAt] = useState(nextHour);
  const [minutes, setMinutes] = useState(30);
  const [invited, setInvited] = useState<ReadonlySet<string>>(new Set());
  const url = written.trim() ? safeAddress(withScheme(written.trim())) : undefined;
  const wrong = written.trim() !== "" && !url?.startsWith("http");
  const begins = Date.parse(at);
  const ready = subject.trim() !== "" && !wrong && Number.isFinite(begins);

  function send() {
    const about = { subject: subject.trim(), url, at: begins, minutes: minutes || undefined };
    const people = members.filter(({ id }) => invited.has(id));
    onDone({ kind: "meeting", ...about, people: people.map(({ id }) => id) }, { kind: "meeting", ...about, people });
  }

  function invite(id: string, yes: boolean) {
    const next = new Set(invited);
    if (yes) next.add(id);
    else next.delete(id);
    setInvited(next);
  }

  return (
    <FormDialog title={t("title")} submit={t("send")} ready={ready} onSubmit={send} onClose={onClose}>
      <div className="field">
        <label htmlFor="meeting-subject">{t("subject")}</label>
        <input
          id="meeting-subject"
          className="input"
          value={subject}
          maxLength={200}
          required
          autoFocus
          onChange={(event) => setSubject(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="meeting-url">{t("url")}</label>
        <input
          id="meeting-url"
          className="input"
          inputMode="url"
          value={written}
          placeholder="https://meet.example.com/tea"
          aria-invalid={wrong}
          aria-describedby="meeting-wrong"
          onChange={(event) => setWritten(event.target.value)}
        />
        <p id="meeting-wrong" className="error" role="alert">
          {wrong && t("wrong")}
        </p>
      </div>
      <div className="field-pair">
        <div className="field">
          <label htmlFor="meeting-at">{t("at")}</label>
          <input
            id="meeting-at"
            className="input"
            type="datetime-local"
            value={at}
            required
            onChange={(event) => setAt(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="meeting-minutes">{t("length")}</label>
          <select
            id="meeting-minutes"
            className="input"
            value={minutes}
            onChange={(event) => setMinutes(Number(event.target.value))}
          >
            {LENGTHS.map((each) => (
              <option key={each} value={each}>
                {each ? t("minutes", { count: each }) : t("open")}
              </option>
            ))}
          </select>
        </div>
      </div>
      {members.length > 0 && (
        <fieldset className="people-choice">
          <legend>{t("people")}</legend>
          {members.map(({ id, name }) => (
            <label key={id}>
              <input type="checkbox" checked={invited.has(id)} onChange={(event) => invite(id, event.target.checked)} />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </FormDialog>
  );
}

function withScheme(address: string): string {
  return /^[a-z][a-z0-9+.-]*:/iu.test(address) ? address : `https://${address}`;
}

/** The next full hour here, as the field writes it. */
function nextHour(): string {
  const next = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000);
  return new Date(next.getTime() - next.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
