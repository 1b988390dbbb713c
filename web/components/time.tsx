"use client";

import { useLocale, useNow, useTranslations } from "next-intl";
import { useMemo } from "react";

import { useTimeZoneName } from "@/components/time_zone";
import { type Calendar, clock, dayName, fullTime, hitTime, listTime } from "@/lib/times";

const MINUTE_MS = 60_000;

export function useCalendar(): Calendar {
  const locale = useLocale();
  const timeZone = useTimeZoneName();
  return useMemo(() => ({ locale, timeZone }), [locale, timeZone]);
}

interface TimeProps {
  at: number;
  calendar: Calendar;
}

// The server and the browser may know different versions of a language's words: never worth a warning.

/** "14:02" */
export function Clock({ at, calendar }: TimeProps) {
  return (
    <time dateTime={iso(at)} title={fullTime(at, calendar)} suppressHydrationWarning>
      {clock(at, calendar)}
    </time>
  );
}

/** "14:02", "Tue", "3 Mar" */
export function ListTime({ at }: { at: number }) {
  return <TimeAsOfNow at={at} write={listTime} />;
}

/** "14:02", "Tue 14:02", "3 Mar 14:02" */
export function HitTime({ at }: { at: number }) {
  return <TimeAsOfNow at={at} write={hitTime} />;
}

function TimeAsOfNow({ at, write }: { at: number; write: typeof listTime }) {
  const calendar = useCalendar();
  const now = useNow({ updateInterval: MINUTE_MS }).getTime();
  return (
    <time dateTime={iso(at)} title={fullTime(at, calendar)} suppressHydrationWarning>
      {write(at, now, calendar)}
    </time>
  );
}

/** "Today", "Tuesday 3 March" */
export function DayName({ at, calendar }: TimeProps) {
  const t = useTranslations("time");
  const now = useNow({ updateInterval: MINUTE_MS }).getTime();
  return (
    <time dateTime={iso(at)} suppressHydrationWarning>
      {dayName(at, now, calendar, { today: t("today"), yesterday: t("yesterday") })}
    </time>
  );
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
