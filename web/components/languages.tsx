import { getLocale, getTranslations } from "next-intl/server";

import { LOCALES } from "@/i18n/locales";

/** The switch between languages: a form, so that it needs no JavaScript. */
export async function Languages() {
  const [locale, t] = await Promise.all([getLocale(), getTranslations("language")]);
  return (
    <form className="languages" method="post" action="/forms/preferences" aria-label={t("label")}>
      {LOCALES.map((each) => (
        <button
          key={each}
          className="button small quiet"
          name="locale"
          value={each}
          lang={each}
          aria-pressed={each === locale}
        >
          {t(each)}
        </button>
      ))}
    </form>
  );
}
