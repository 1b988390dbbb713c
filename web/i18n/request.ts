import { getRequestConfig } from "next-intl/server";

import { readPreferences } from "@/lib/preferences";
import en from "@/messages/en.json";
import zh from "@/messages/zh-CN.json";

import type { Locale } from "./locales";

// The type holds every translation to the English one's keys.
const MESSAGES: Record<Locale, typeof en> = { en, "zh-CN": zh };

export default getRequestConfig(async () => {
  const { locale, timeZone } = await readPreferences();
  return { locale, messages: MESSAGES[locale], timeZone, now: new Date() };
});
