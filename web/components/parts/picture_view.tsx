"use client";

import { ImageOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { blurAddress, pictureAddress, type Size, sourceSet, thumbFor } from "@/lib/parts";
import type { Picture } from "@/lib/protocol.gen.ts";

interface PictureViewProps {
  picture: Picture;
  alt: string;
  size: Size;
  /** Where there is no smaller copy. */
  address?: string | undefined;
}

/** A picture in a place of its own shape from the beginning: a blur of it first, then itself, or that it failed. */
export function PictureView({ picture, alt, size, address }: PictureViewProps) {
  const t = useTranslations("parts");
  const [state, setState] = useState<"loading" | "shown" | "failed">("loading");
  const image = useRef<HTMLImageElement>(null);
  const blur = blurAddress(picture.blur);
  const source = thumbFor(picture, size.width * 2) ?? address ?? pictureAddress(picture, size.width);

  // It may have been there, or have failed, before the page came alive.
  useEffect(() => {
    const loaded = image.current;
    if (!loaded?.complete || !loaded.currentSrc) return;
    setState(loaded.naturalWidth > 0 ? "shown" : "failed");
  }, []);

  return (
    <span className="part-picture" data-state={state}>
      {blur && state !== "shown" && (
        <img className="picture-blur" src={blur} alt="" aria-hidden width={size.width} height={size.height} />
      )}
      <img
        ref={image}
        src={source}
        srcSet={sourceSet(picture)}
        sizes={`${size.width}px`}
        width={size.width}
        height={size.height}
        alt={alt}
        loading="lazy"
        decoding="async"
        draggable={false}
        onLoad={() => setState("shown")}
        onError={() => setState("failed")}
      />
      {state === "failed" && (
        <span className="picture-failed">
          <ImageOff aria-hidden />
          {t("pictureFailed")}
        </span>
      )}
    </span>
  );
}
