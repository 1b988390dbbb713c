"use client";

import { Bookmark, Pin } from "lucide-react";
import { useTranslations } from "next-intl";

/** Beside a message: that everybody finds it among the pins, or oneself among what one has saved. */
export function KeptMarks({ pinned, saved }: { pinned: boolean; saved: boolean }) {
  const t = useTranslations("message");
  return (
    <span className="kept-marks">
      {pinned && (
        <span title={t("pinned")}>
          <Pin aria-hidden />
          <span className="unseen">{t("pinned")}</span>
        </span>
      )}
      {saved && (
        <span title={t("saved")}>
          <Bookmark aria-hidden />
          <span className="unseen">{t("saved")}</span>
        </span>
      )}
    </span>
  );
}

interface PlainKeepingProps {
  /** The address of the message's forms. */
  action: string;
  pinned: boolean;
  saved: boolean;
  mayPin: boolean;
}

/** The same as forms, for a message's own page without JavaScript. */
export function PlainKeeping({ action, pinned, saved, mayPin }: PlainKeepingProps) {
  const t = useTranslations("message");
  return (
    <>
      {mayPin && (
        <form method="post" action={`${action}/pin`}>
          {pinned && <input type="hidden" name="remove" value="1" />}
          <button className="button small">{pinned ? t("unpin") : t("pin")}</button>
        </form>
      )}
      <form method="post" action={`${action}/save`}>
        {saved && <input type="hidden" name="remove" value="1" />}
        <button className="button small">{saved ? t("unsave") : t("save")}</button>
      </form>
    </>
  );
}
