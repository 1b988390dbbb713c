"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { HitTime } from "@/components/time";
import type { MessageHistory } from "@/lib/protocol.gen.ts";
import { diffTexts } from "@/lib/text_diff";

/** A message's texts, the present one first, each with what the edit has changed. */
export function Versions({ history }: { history: MessageHistory }) {
  const t = useTranslations("history");
  const { versions } = history;
  const shown = versions
    .map((version, index) => ({ ...version, text: version.text ?? "", before: versions[index - 1]?.text, index }))
    .reverse();
  return (
    <ol className="versions" aria-label={t("versions")}>
      {shown.map(({ at, text, before, index }) => (
        <li key={index}>
          <p className="version-head">
            <span>
              {index === versions.length - 1 ? t("now") : index === 0 ? t("first") : t("nth", { number: index + 1 })}
            </span>
            <HitTime at={at} />
          </p>
          {index === 0 ? <p className="version-text">{text}</p> : <Changes before={before ?? ""} after={text} />}
        </li>
      ))}
      {history.cut && <li className="quiet">{t("cut")}</li>}
    </ol>
  );
}

function Changes({ before, after }: { before: string; after: string }) {
  const t = useTranslations("history");
  const pieces = useMemo(() => diffTexts(before, after), [before, after]);
  return (
    <p className="version-text" dir="auto">
      {pieces.map(({ kind, text }, index) =>
        kind === "gone" ? (
          <del key={index}>
            <span className="unseen">{t("gone")} </span>
            {text}
          </del>
        ) : kind === "new" ? (
          <ins key={index}>
            <span className="unseen">{t("new")} </span>
            {text}
          </ins>
        ) : (
          <span key={index}>{text}</span>
        ),
      )}
    </p>
  );
}
