"use client";

import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useState } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";

import { Apart } from "@/components/overlays/apart";
import { LargePicture } from "@/components/parts/large_picture";
import { useZoom } from "@/components/parts/use_zoom";
import { fileAddress, type PartOf } from "@/lib/parts";

interface LightboxProps {
  photos: readonly PartOf<"photo">[];
  first: PartOf<"photo">;
  author: string;
  onClose(): void;
}

/** One photo over everything: arrows and swipes go to the next, + and - zoom, Escape closes. */
export function Lightbox({ photos, first, author, onClose }: LightboxProps) {
  const t = useTranslations("parts");
  const dialog = useTranslations("dialog");
  const [at, setAt] = useState(() => Math.max(0, photos.indexOf(first)));
  const photo = photos[at] ?? first;
  const go = (by: number) => setAt((now) => Math.min(photos.length - 1, Math.max(0, now + by)));
  const zoom = useZoom(photo.file, go);

  function press({ key }: KeyboardEvent) {
    if (key === "ArrowRight" || key === "PageDown") go(1);
    else if (key === "ArrowLeft" || key === "PageUp") go(-1);
    else if (key === "+" || key === "=") zoom.by(1.5);
    else if (key === "-") zoom.by(1 / 1.5);
    else if (key === "0") zoom.reset();
  }

  const button = (label: string, icon: React.ReactNode, act: () => void, disabled = false) => (
    <button
      type="button"
      className="lightbox-button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={act}
    >
      {icon}
    </button>
  );

  return (
    <Apart>
      <ModalOverlay className="lightbox" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
        <Modal className="lightbox-modal">
          <Dialog className="lightbox-dialog" aria-label={photo.alt || t("photo", { name: photo.name })}>
            {/* The keys are the dialog's, whatever in it has the focus. */}
            <div className="lightbox-inner" onKeyDown={press}>
              <div className="lightbox-bar">
                <p className="lightbox-title">
                  <strong>{author}</strong>
                  <span>{photo.name}</span>
                </p>
                {photos.length > 1 && (
                  <span className="lightbox-count" role="status">
                    {t("photoOf", { at: at + 1, count: photos.length })}
                  </span>
                )}
                {button(t("zoomOut"), <ZoomOut aria-hidden />, () => zoom.by(1 / 1.5), zoom.scale <= 1)}
                {button(t("zoomIn"), <ZoomIn aria-hidden />, () => zoom.by(1.5), zoom.scale >= zoom.most)}
                <a
                  className="lightbox-button"
                  href={fileAddress(photo)}
                  download={photo.name}
                  aria-label={t("downloadPhoto")}
                  title={t("downloadPhoto")}
                >
                  <Download aria-hidden />
                </a>
                <button
                  type="button"
                  className="lightbox-button"
                  aria-label={dialog("close")}
                  title={dialog("close")}
                  onClick={onClose}
                  autoFocus
                >
                  <X aria-hidden />
                </button>
              </div>
              <LargePicture key={photo.file} photo={photo} zoom={zoom} />
              {at > 0 && (
                <div className="lightbox-before">{button(t("before"), <ChevronLeft aria-hidden />, () => go(-1))}</div>
              )}
              {at < photos.length - 1 && (
                <div className="lightbox-after">{button(t("after"), <ChevronRight aria-hidden />, () => go(1))}</div>
              )}
              {photo.alt && <p className="lightbox-alt">{photo.alt}</p>}
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </Apart>
  );
}
