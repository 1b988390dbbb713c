"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { TrayItem } from "@/components/composer/tray_item";
import type { FileUpload } from "@/lib/parts";

/** As the server bounds it (protocol/parts.py). */
const ALT_MOST = 1000;

export interface TrayActions {
  blobOf(key: string): Blob | undefined;
  describe(key: string, alt: string): void;
  move(key: string, by: -1 | 1): void;
  retry(key: string): void;
  remove(key: string): void;
}

interface TrayProps {
  items: readonly FileUpload[];
  actions: TrayActions;
  /** They are sent as soon as they are all there. */
  sending: boolean;
}

/** The files of the message one writes: each with how far it is, and what is to be seen on it in words. */
export function Tray({ items, actions, sending }: TrayProps) {
  const t = useTranslations("tray");
  const [describing, setDescribing] = useState<string>();
  const described = items.find(({ key }) => key === describing);
  if (items.length === 0) return null;
  return (
    <div className="tray">
      <ul className="tray-items" aria-label={t("label", { count: items.length })}>
        {items.map((item, index) => (
          <TrayItem
            key={item.key}
            item={item}
            first={index === 0}
            last={index === items.length - 1}
            actions={actions}
            describing={item.key === describing}
            onDescribe={() => setDescribing(item.key === describing ? undefined : item.key)}
          />
        ))}
      </ul>
      {described && (
        <label className="tray-alt">
          <span>{t("altLabel", { name: described.name })}</span>
          <input
            className="input"
            value={described.alt}
            maxLength={ALT_MOST}
            autoFocus
            placeholder={t("altHint")}
            onChange={(event) => actions.describe(described.key, event.target.value)}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
              event.preventDefault();
              setDescribing(undefined);
            }}
          />
        </label>
      )}
      <p className="tray-note" role="status">
        {sending && t("sending")}
      </p>
    </div>
  );
}
