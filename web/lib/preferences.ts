import { cookies, headers } from "next/headers";
import { cache } from "react";

import { chooseLocale, isLocale, type Locale } from "@/i18n/locales";
import { LIST_ORDERS, type ListOrder } from "@/lib/conversations";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const LAYOUTS = ["bubbles", "lines"] as const;
export type MessageLayout = (typeof LAYOUTS)[number];

/** Whether it is shown what links lead to. */
export const PREVIEWS = ["show", "hide"] as const;
export type Previews = (typeof PREVIEWS)[number];

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

export const CONTRASTS = ["system", "more"] as const;
export type Contrast = (typeof CONTRASTS)[number];

/** Whether characters alone are shortcuts. */
export const KEYS = ["on", "off"] as const;
export type Keys = (typeof KEYS)[number];

export { LIST_ORDERS, type ListOrder };

export const SIDE_MIN = 240;
export const SIDE_MAX = 420;
export const SIDE_DEFAULT = 350;

/** What the visitor chose, as their cookies say; everything has a default, and nothing in them is trusted. */
export interface Preferences {
  theme: Theme;
  layout: MessageLayout;
  density: Density;
  contrast: Contrast;
  keys: Keys;
  /** How the list beside the rooms is sorted. */
  order: ListOrder;
  previews: Previews;
  locale: Locale;
  timeZone: string;
  /** The width of the list of channels, in pixels. */
  side: number;
}

export const readPreferences = cache(async (): Promise<Preferences> => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const value = (name: string) => jar.get(name)?.value;
  const locale = value("locale");
  return {
    theme: oneOf(THEMES, value("theme")),
    layout: oneOf(LAYOUTS, value("layout")),
    density: oneOf(DENSITIES, value("density")),
    contrast: oneOf(CONTRASTS, value("contrast")),
    keys: oneOf(KEYS, value("keys")),
    order: oneOf(LIST_ORDERS, value("order")),
    previews: oneOf(PREVIEWS, value("previews")),
    locale: isLocale(locale) ? locale : chooseLocale(head.get("accept-language")),
    timeZone: validTimeZone(value("tz")),
    side: clamp(Number(value("side")) || SIDE_DEFAULT),
  };
});

function oneOf<T extends string>(choices: readonly [T, ...T[]], value: string | undefined): T {
  return choices.find((choice) => choice === value) ?? choices[0];
}

export function clamp(width: number): number {
  return Math.round(Math.min(SIDE_MAX, Math.max(SIDE_MIN, width)));
}

function validTimeZone(value: string | undefined): string {
  if (!value || value.length > 64) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
