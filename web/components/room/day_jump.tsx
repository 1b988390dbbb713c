"use client";

import { CalendarDays } from "lucide-react";
import { useNow, useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useRef } from "react";

import { useCalendar } from "@/components/time";
import { channelPath } from "@/lib/addresses";
import { dayKey } from "@/lib/times";

/** Asks for a day, to go to what was said on it; a form of its own page where there is no JavaScript. */
export function DayJump({ channel, onDay }: { channel: string; onDay(day: string): void }) {
  const t = useTranslations("room");
  const calendar = useCalendar();
  const box = useRef<HTMLDetailsElement>(null);
  const today = dayKey(useNow().getTime(), calendar);

  function close(focus: boolean) {
    box.current?.removeAttribute("open");
    if (focus) box.current?.querySelector("summary")?.focus();
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const day = new FormData(event.currentTarget).get("on");
    close(true);
    if (typeof day === "string" && day) onDay(day);
  }

  function press(event: KeyboardEvent) {
    if (event.key !== "Escape" || !box.current?.open) return;
    event.stopPropagation();
    close(true);
  }

  return (
    <details
      className="day-jump"
      ref={box}
      onKeyDown={press}
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) close(false);
      }}
    >
      <summary className="icon-button" aria-label={t("toDay")} title={t("toDay")}>
        <CalendarDays aria-hidden />
      </summary>
      <form action={channelPath(channel)} onSubmit={submit}>
        <label>
          <span>{t("toDay")}</span>
          <input className="input" type="date" name="on" required max={today} suppressHydrationWarning />
        </label>
        <button className="button primary small">{t("go")}</button>
      </form>
    </details>
  );
}
