"use client";

import { ImageOff, RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { ProgressRing } from "@/components/parts/progress_ring";
import type { Zoom } from "@/components/parts/use_zoom";
import { blurAddress, fileAddress, type PartOf, thumbFor } from "@/lib/parts";

/** A photo as large as there is room for: the copy that is there at once, and the whole of it when it has come. */
export function LargePicture({ photo, zoom }: { photo: PartOf<"photo">; zoom: Zoom }) {
  const t = useTranslations("parts");
  const [tries, setTries] = useState(0);
  const whole = useWhole(fileAddress(photo), photo.size, tries);
  const frame = useRef<HTMLDivElement>(null);
  const { scale, x, y } = zoom;

  // By the object model: the page's policy lets no style stand in its HTML.
  useEffect(() => {
    frame.current?.style.setProperty("transform", `translate(${x}px, ${y}px) scale(${scale})`);
  }, [scale, x, y]);

  return (
    <div className="large-view" data-zoomed={scale > 1 || undefined} {...zoom.hands}>
      <div className="large-frame" ref={frame}>
        <img
          src={whole.address ?? thumbFor(photo, 800) ?? blurAddress(photo.blur)}
          alt={photo.alt || t("photo", { name: photo.name })}
          width={photo.width}
          height={photo.height}
          draggable={false}
        />
      </div>
      {!whole.address && !whole.failed && <ProgressRing share={whole.share} label={t("loading")} />}
      {whole.failed && (
        <p className="large-failed" role="alert">
          <ImageOff aria-hidden />
          {t("pictureFailed")}
          <button type="button" className="lightbox-button" aria-label={t("again")} onClick={() => setTries(tries + 1)}>
            <RotateCw aria-hidden />
          </button>
        </p>
      )}
    </div>
  );
}

/** The file's bytes as they come, so that one sees how far they are. */
function useWhole(address: string, size: number, tries: number): { address?: string; share: number; failed?: boolean } {
  const [state, setState] = useState<{ address?: string; share: number; failed?: boolean }>({ share: 0 });
  useEffect(() => {
    const control = new AbortController();
    let made: string | undefined;
    async function load() {
      const response = await fetch(address, { signal: control.signal });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      const pieces: BlobPart[] = [];
      let got = 0;
      const reader = response.body.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        pieces.push(read.value);
        got += read.value.byteLength;
        setState({ share: Math.min(1, got / Math.max(1, size)) });
      }
      made = URL.createObjectURL(new Blob(pieces, { type: response.headers.get("content-type") ?? "" }));
      setState({ address: made, share: 1 });
    }
    load().catch(() => control.signal.aborted || setState({ share: 0, failed: true }));
    return () => {
      control.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [address, size, tries]);
  return state;
}
