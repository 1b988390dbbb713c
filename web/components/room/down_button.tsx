"use client";

import { ArrowDown } from "lucide-react";
import { useTranslations } from "next-intl";

/** Back to the newest message, with how many one has not seen. */
export function DownButton({ shown, count, onPress }: { shown: boolean; count: number; onPress(): void }) {
  const t = useTranslations("room");
  if (!shown) return null;
  return (
    <div className="down needs-js">
      <button type="button" onClick={onPress} data-count={count > 0 || undefined}>
        <ArrowDown aria-hidden />
        {count > 0 ? <span>{t("down", { count })}</span> : <span className="unseen">{t("latest")}</span>}
      </button>
    </div>
  );
}
