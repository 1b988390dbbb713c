"use client";

import { ChevronLeft, ChevronRight, CircleAlert, Mic, RotateCw, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import type { TrayActions } from "@/components/composer/tray";
import { useErrorText } from "@/components/error_text";
import { FileIcon } from "@/components/parts/file_icon";
import { ProgressRing } from "@/components/parts/progress_ring";
import { fileAddress, type FileUpload, thumbFor } from "@/lib/parts";
import { duration, fileSize } from "@/lib/recording";

interface TrayItemProps {
  item: FileUpload;
  first: boolean;
  last: boolean;
  actions: TrayActions;
  describing: boolean;
  onDescribe(): void;
}

/** One file that waits: its picture or its icon, how far it is, and what can be done with it. */
export function TrayItem({ item, first, last, actions, describing, onDescribe }: TrayItemProps) {
  const t = useTranslations("tray");
  const { key, name, status } = item;
  const picture = usePicture(item, actions);
  const visual = item.type.startsWith("image/") || item.type.startsWith("video/");
  return (
    <li className="tray-item" data-status={status} data-visual={picture !== undefined || undefined}>
      {picture ? <img src={picture} alt="" draggable={false} /> : <Icon item={item} />}
      <span className="tray-name" title={name}>
        {item.voice ? t("voice") : name}
      </span>
      <Progress item={item} />
      <button
        type="button"
        className="tray-remove"
        aria-label={t("remove", { name })}
        title={t("remove", { name })}
        onClick={() => actions.remove(key)}
      >
        <X aria-hidden />
      </button>
      <span className="tray-tools">
        {!first && (
          <button
            type="button"
            aria-label={t("earlier", { name })}
            title={t("earlier", { name })}
            onClick={() => actions.move(key, -1)}
          >
            <ChevronLeft aria-hidden />
          </button>
        )}
        {visual && (
          <button
            type="button"
            className="tray-describe"
            title={t("describe", { name })}
            aria-expanded={describing}
            data-done={item.alt ? true : undefined}
            onClick={onDescribe}
          >
            <span className="unseen">{t("describe", { name })}</span>
            <span aria-hidden>ALT</span>
          </button>
        )}
        {!last && (
          <button
            type="button"
            aria-label={t("later", { name })}
            title={t("later", { name })}
            onClick={() => actions.move(key, 1)}
          >
            <ChevronRight aria-hidden />
          </button>
        )}
        {status === "failed" && (
          <button
            type="button"
            aria-label={t("retry", { name })}
            title={t("retry", { name })}
            onClick={() => actions.retry(key)}
          >
            <RotateCw aria-hidden />
          </button>
        )}
      </span>
    </li>
  );
}

function Icon({ item }: { item: FileUpload }) {
  if (!item.voice) return <FileIcon name={item.name} type={item.type} />;
  return (
    <span className="file-icon" data-kind="sound" aria-hidden>
      <Mic />
    </span>
  );
}

function Progress({ item }: { item: FileUpload }) {
  const t = useTranslations("tray");
  const locale = useLocale();
  const errorText = useErrorText();
  const { status, sent, size } = item;
  if (status === "failed") {
    return (
      <span className="tray-state" role="alert">
        <CircleAlert aria-hidden /> {errorText(item.error ?? "unknown")}
      </span>
    );
  }
  if (status === "lost") return <span className="tray-state">{t("lost")}</span>;
  if (status === "done") {
    return <span className="tray-state">{item.voice ? duration(item.voice.duration) : fileSize(size, locale)}</span>;
  }
  return <ProgressRing share={size > 0 ? sent / size : 0} label={t("progress", { name: item.name })} />;
}

/** The picture itself, from the file that was chosen, else the server's small copy. */
function usePicture(item: FileUpload, actions: TrayActions): string | undefined {
  const [made, setMade] = useState<string>();
  const { key, type } = item;
  const blob = type.startsWith("image/") && type !== "image/svg+xml" ? actions.blobOf(key) : undefined;
  useEffect(() => {
    if (!blob) return;
    const address = URL.createObjectURL(blob);
    // An address is made for as long as the picture is shown, and no longer.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setMade(address);
    return () => URL.revokeObjectURL(address);
  }, [blob]);
  const { file } = item;
  return made ?? (file?.kind === "photo" ? (thumbFor(file, 240) ?? fileAddress(file)) : undefined);
}
