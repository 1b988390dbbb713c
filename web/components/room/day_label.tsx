"use client";

import { DayName, useCalendar } from "@/components/time";

/** Over the list while one reads further up: the day of what is in view. The dividers say it to screen readers. */
export function DayLabel({ at }: { at: number | undefined }) {
  const calendar = useCalendar();
  return (
    <div className="day-place" aria-hidden>
      {at !== undefined && (
        <span className="day-label">
          <DayName at={at} calendar={calendar} />
        </span>
      )}
    </div>
  );
}
