"use client";

import { useTranslations } from "next-intl";

interface PlainPollProps {
  channel: string;
  formKey: string;
}

/** Without JavaScript a poll is an ordinary form, and has this many options. */
const OPTIONS = 5;

export function PlainPoll({ channel, formKey }: PlainPollProps) {
  const t = useTranslations("poll");
  return (
    <noscript>
      <details className="plain-poll">
        <summary>{t("title")}</summary>
        <form className="dialog-form" method="post" action={`/forms/channels/${channel}/polls`}>
          <input type="hidden" name="key" value={`poll-${formKey}`} />
          <input className="input" name="question" aria-label={t("question")} placeholder={t("question")} required />
          {Array.from({ length: OPTIONS }, (_, index) => (
            <input
              key={index}
              className="input"
              name={`option${index}`}
              aria-label={t("nth", { number: index + 1 })}
              placeholder={t("nth", { number: index + 1 })}
              required={index < 2}
            />
          ))}
          <label className="check">
            <input type="checkbox" name="multiple" /> {t("severalLabel")}
          </label>
          <label className="check">
            <input type="checkbox" name="anonymous" /> {t("anonymousLabel")}
          </label>
          <button className="button small primary">{t("send")}</button>
        </form>
      </details>
    </noscript>
  );
}
