"use client";

import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";

import { Brand } from "@/components/brand";
import type messages from "@/messages/en.json";

type Known = keyof typeof messages.errors;

/** A page that could not be made: what happened and what to do. `retry` without JavaScript is a reload. */
export function TroublePage({ code, retry }: { code?: string | undefined; retry?: () => void }) {
  const t = useTranslations("trouble");
  const known = useTranslations("errors");
  return (
    <main className="stage">
      <Brand />
      <div className="card" role="alert">
        <span className="picture">
          <CloudOff aria-hidden />
        </span>
        <h1>{t("title")}</h1>
        <p className="lead">{code && known.has(code as Known) ? known(code as Known) : t("lead")}</p>
        {retry ? (
          <button className="button primary" onClick={retry}>
            {t("retry")}
          </button>
        ) : (
          <a className="button primary" href="">
            {t("retry")}
          </a>
        )}
        {code && <p className="foot">{t("code", { code })}</p>}
      </div>
    </main>
  );
}
