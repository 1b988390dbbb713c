import { expect, test } from "vitest";

import { clock, dayName, daysAgo, hitTime, listTime, monthName } from "@/lib/times";

const berlin = { locale: "en", timeZone: "Europe/Berlin" };
const shanghai = { locale: "zh-CN", timeZone: "Asia/Shanghai" };
const words = { today: "Today", yesterday: "Yesterday" };
const NOW = Date.UTC(2026, 2, 12, 13, 5); // Thursday

test("a time of day has two digits and 24 hours, in the reader's zone", () => {
  expect(clock(NOW, berlin)).toBe("14:05");
  expect(clock(NOW, shanghai)).toBe("21:05");
  expect(clock(Date.UTC(2026, 2, 12, 23), berlin)).toBe("00:00");
});

test("a list shows the time, then the weekday, then the date", () => {
  expect(listTime(Date.UTC(2026, 2, 12, 6), NOW, berlin)).toBe("07:00");
  expect(listTime(Date.UTC(2026, 2, 10, 6), NOW, berlin)).toBe("Tue");
  expect(listTime(Date.UTC(2026, 2, 3, 6), NOW, berlin)).toBe("3 Mar");
  expect(listTime(Date.UTC(2025, 2, 3, 6), NOW, berlin)).toBe("3 Mar 2025");
  expect(listTime(Date.UTC(2026, 2, 3, 6), NOW, shanghai)).toBe("3月3日");
});

test("a result shows the day with the time, as long as it is of this year", () => {
  expect(hitTime(Date.UTC(2026, 2, 12, 6), NOW, berlin)).toBe("07:00");
  expect(hitTime(Date.UTC(2026, 2, 10, 6), NOW, berlin)).toBe("Tue 07:00");
  expect(hitTime(Date.UTC(2026, 2, 3, 6), NOW, berlin)).toBe("3 Mar 07:00");
  expect(hitTime(Date.UTC(2025, 2, 3, 6), NOW, berlin)).toBe("3 Mar 2025");
  expect(monthName("2026-11", berlin)).toBe("November 2026");
  expect(monthName("2026-11", shanghai)).toBe("2026年11月");
});

test("a divider names the day", () => {
  expect(dayName(NOW, NOW, berlin, words)).toBe("Today");
  expect(dayName(Date.UTC(2026, 2, 11, 22, 30), NOW, berlin, words)).toBe("Yesterday");
  expect(dayName(Date.UTC(2026, 2, 9, 12), NOW, berlin, words)).toBe("Monday");
  expect(dayName(Date.UTC(2026, 1, 2, 12), NOW, berlin, words)).toMatch(/Monday,? 2 February/);
});

test("days are calendar days, also over a change of the clocks", () => {
  const before = Date.UTC(2026, 2, 28, 23, 30); // 00:30 on the 29th, the night the clocks go forward
  expect(daysAgo(before, Date.UTC(2026, 2, 29, 22, 30), berlin)).toBe(1);
  expect(daysAgo(before, Date.UTC(2026, 2, 29, 21, 30), berlin)).toBe(0);
});
