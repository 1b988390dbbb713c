"use client";

import { CalendarClock, Video } from "lucide-react";
import { useTranslations } from "next-intl";

import { Avatar } from "@/components/avatar";
import { useCalendar } from "@/components/time";
import { safeAddress } from "@/lib/markdown";
import type { PartOf } from "@/lib/parts";
import { meetingTime } from "@/lib/times";

/** More people than this are a number. */
const SHOWN = 5;

/** A meeting: what about, when, with whom, and the way in. */
export function MeetingCard({ part }: { part: PartOf<"meeting"> }) {
  const t = useTranslations("parts");
  const calendar = useCalendar();
  const { subject, at, minutes, people = [] } = part;
  const address = part.url && safeAddress(part.url);
  const names = people.map(({ name }) => name).join(", ");
  return (
    <section className="part-card meeting" aria-label={t("meeting", { subject })}>
      <span className="file-icon" data-kind="meeting" aria-hidden>
        <CalendarClock />
      </span>
      <div className="card-text">
        <span className="card-title">{subject}</span>
        <time className="card-note" dateTime={new Date(at).toISOString()} suppressHydrationWarning>
          {meetingTime(at, minutes ?? 0, calendar)}
        </time>
        {people.length > 0 && (
          <span className="people" title={names}>
            <span className="unseen">{t("with", { names })}</span>
            {people.slice(0, SHOWN).map(({ id, name }) => (
              <Avatar key={id} id={id} name={name} size="small" />
            ))}
            {people.length > SHOWN && (
              <span className="people-more" aria-hidden>
                +{people.length - SHOWN}
              </span>
            )}
          </span>
        )}
        {address && (
          <a className="button small primary meeting-join" href={address} target="_blank" rel="noopener noreferrer">
            <Video aria-hidden />
            {t("join")}
          </a>
        )}
      </div>
    </section>
  );
}
