/** Times as people read them: "14:02", "Tue", "3 Mar"; all of it in the title. Pure: zone, language and now are given. */

export interface Calendar {
  locale: string;
  timeZone: string;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

// Day before month, as in the rest of the product; plain "en" would be American.
const TAGS: Record<string, string> = { en: "en-GB" };

const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  { locale, timeZone }: Calendar,
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${name}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(TAGS[locale] ?? locale, { timeZone, ...options });
    formats.set(key, made);
  }
  return made;
}

/** "14:02" */
export function clock(at: number, calendar: Calendar): string {
  return format(calendar, "clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Everything: for titles. */
export function fullTime(at: number, calendar: Calendar): string {
  return format(calendar, "full", {
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** Zones differ by whole quarters of an hour, so no day ends within one. */
const QUARTER_MS = HOUR_MS / 4;
/** Days found before, by zone and quarter: a list asks for each of its lines again with every change. */
const DAYS_KEPT = 4_000;
const days = new Map<string, string>();

/** The calendar day `at` falls on, as "2026-03-01": equal for equal days. */
export function dayKey(at: number, { timeZone }: Calendar): string {
  const quarter = `${timeZone} ${Math.floor(at / QUARTER_MS)}`;
  let day = days.get(quarter);
  if (day === undefined) {
    const options = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
    day = format({ locale: "en-CA", timeZone }, "key", options).format(at);
    if (days.size >= DAYS_KEPT) days.clear();
    days.set(quarter, day);
  }
  return day;
}

/** How many calendar days `at` lies before `now`. */
export function daysAgo(at: number, now: number, calendar: Calendar): number {
  return Math.round((Date.parse(dayKey(now, calendar)) - Date.parse(dayKey(at, calendar))) / DAY_MS);
}

/** For a list: "14:02" today, "Tue" within a week, then "3 Mar", then "3 Mar 2025". */
export function listTime(at: number, now: number, calendar: Calendar): string {
  const days = daysAgo(at, now, calendar);
  if (days <= 0) return clock(at, calendar);
  if (days < 7) return format(calendar, "weekday", { weekday: "short" }).format(at);
  if (dayKey(at, calendar).slice(0, 4) === dayKey(now, calendar).slice(0, 4)) {
    return format(calendar, "day", { day: "numeric", month: "short" }).format(at);
  }
  return format(calendar, "date", { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** For a result: "14:02" today, "Tue 14:02" within a week, then "3 Mar 14:02", then "3 Mar 2025". */
export function hitTime(at: number, now: number, calendar: Calendar): string {
  const days = daysAgo(at, now, calendar);
  const day = listTime(at, now, calendar);
  if (days <= 0 || dayKey(at, calendar).slice(0, 4) !== dayKey(now, calendar).slice(0, 4)) return day;
  return `${day} ${clock(at, calendar)}`;
}

/** "November 2026" for "2026-11" */
export function monthName(month: string, { locale }: Calendar): string {
  const calendar = { locale, timeZone: "UTC" };
  return format(calendar, "month", { month: "long", year: "numeric" }).format(Date.parse(`${month}-01T00:00:00Z`));
}

export interface DayWords {
  today: string;
  yesterday: string;
}

/** For a divider: "Today", "Yesterday", "Tuesday", "Tuesday 3 March", then with the year. */
export function dayName(at: number, now: number, calendar: Calendar, words: DayWords): string {
  const days = daysAgo(at, now, calendar);
  if (days <= 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days < 7) return format(calendar, "long weekday", { weekday: "long" }).format(at);
  const year = dayKey(at, calendar).slice(0, 4) === dayKey(now, calendar).slice(0, 4) ? undefined : "numeric";
  const options = { weekday: "long", day: "numeric", month: "long", year } as const;
  return format(calendar, `long ${year}`, options).format(at);
}

/** When a meeting is: "Tue, 3 Mar, 14:00–14:45"; without an end where `minutes` is 0. */
export function meetingTime(at: number, minutes: number, calendar: Calendar): string {
  const made = format(calendar, "meeting", {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return minutes > 0 ? made.formatRange(at, at + minutes * 60_000) : made.format(at);
}
