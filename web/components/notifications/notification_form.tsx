"use client";

import { useTranslations } from "next-intl";

import { useLiveView } from "@/components/chat_provider";
import { Clock, useCalendar } from "@/components/time";
import { useTimeZoneName } from "@/components/time_zone";
import type { Snapshot } from "@/lib/protocol.gen.ts";

import { BrowserNotices } from "./browser_notices";

const LEVELS = ["all", "mentions", "nothing"] as const;
const PAUSES = ["0", "30", "60", "240", "1440"] as const;

/** What one is told of, on every device; sent as a form, with JavaScript or without. */
export function NotificationForm({ served, now }: { served: Snapshot; now: number }) {
  const t = useTranslations("notifications");
  const zone = useTimeZoneName();
  const calendar = useCalendar();
  const settings = (useLiveView()?.state ?? served).notifications ?? {};
  const { level = "mentions", keywords = [], quiet_until = 0, quiet_hours: hours, sound = false } = settings;
  const paused = quiet_until > now;
  return (
    // Drawn anew when another device has changed something.
    <form
      key={JSON.stringify(settings)}
      className="stack settings"
      method="post"
      action="/forms/notifications"
      id="notifications"
      aria-labelledby="notifications-title"
    >
      <h2 id="notifications-title">{t("title")}</h2>
      <BrowserNotices />
      <fieldset className="field">
        <legend className="label">{t("level")}</legend>
        <div className="choices">
          {LEVELS.map((each) => (
            <label className="choice" key={each}>
              <input type="radio" name="level" value={each} defaultChecked={each === level} />
              {t(`levels.${each}`)}
            </label>
          ))}
        </div>
        <p className="hint">{t("levelHint")}</p>
      </fieldset>
      <div className="field">
        <label htmlFor="keywords">{t("keywords")}</label>
        <textarea
          className="input"
          id="keywords"
          name="keywords"
          rows={3}
          maxLength={1800}
          defaultValue={keywords.join("\n")}
          aria-describedby="keywords-hint"
        />
        <p className="hint" id="keywords-hint">
          {t("keywordsHint")}
        </p>
      </div>
      <fieldset className="field">
        <legend className="label">{t("quiet")}</legend>
        <div className="quiet-hours">
          <label>
            {t("from")}
            <input className="input" type="time" name="quiet_from" defaultValue={hours ? clockOf(hours.start) : ""} />
          </label>
          <label>
            {t("to")}
            <input className="input" type="time" name="quiet_to" defaultValue={hours ? clockOf(hours.end) : ""} />
          </label>
        </div>
        <input type="hidden" name="zone" value={hours?.zone ?? zone} />
        <p className="hint">{t("quietHint", { zone: hours?.zone ?? zone })}</p>
      </fieldset>
      <div className="field">
        <label htmlFor="pause">{t("pause")}</label>
        <input type="hidden" name="quiet_until" value={quiet_until} />
        <select className="input" id="pause" name="pause" defaultValue={paused ? "keep" : "0"}>
          {paused && <option value="keep">{t("pauses.keep")}</option>}
          {PAUSES.map((each) => (
            <option key={each} value={each}>
              {t(`pauses.${each}`)}
            </option>
          ))}
        </select>
        {paused && (
          <p className="hint">
            {t("pausedUntil")} <Clock at={quiet_until} calendar={calendar} />
          </p>
        )}
      </div>
      <label className="check">
        <input type="checkbox" name="sound" defaultChecked={sound} />
        {t("sound")}
      </label>
      <button className="button primary">{t("save")}</button>
    </form>
  );
}

/** "22:00" */
function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
