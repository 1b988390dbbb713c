"use client";

import { BellRing } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState, useSyncExternalStore } from "react";

/** Whether this browser may show notices; asked only by a click. */
export function BrowserNotices() {
  const t = useTranslations("notifications");
  const [asked, setAsked] = useState(0);
  const permission = useSyncExternalStore(
    never,
    () => (typeof Notification === "undefined" ? "unsupported" : Notification.permission),
    () => undefined,
  );
  if (permission === undefined) return null;
  return (
    <div className="field needs-js" data-asked={asked || undefined}>
      <p className="hint" role="status">
        {t(`browser.${permission}`)}
      </p>
      {permission === "default" && (
        <button
          type="button"
          className="button"
          onClick={() => void Notification.requestPermission().then(() => setAsked(asked + 1))}
        >
          <BellRing aria-hidden />
          {t("allow")}
        </button>
      )}
    </div>
  );
}

function never() {
  return () => undefined;
}
