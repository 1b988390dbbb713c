"use client";

import { useTranslations } from "next-intl";
import { type SyntheticEvent, useEffect, useRef, useState } from "react";

import { FileCard } from "@/components/parts/file_card";
import { pauseOthers } from "@/components/parts/one_at_a_time";
import { fileAddress, fitted, type PartOf, pictureAddress } from "@/lib/parts";

const MOST = { width: 380, height: 400 };
const LEAST = { width: 200, height: 120 };

/** The browser's own player in the video's own shape; where it cannot play this one, the file to download. */
export function VideoPlayer({ part }: { part: PartOf<"video"> }) {
  const t = useTranslations("parts");
  const [failed, setFailed] = useState(false);
  const player = useRef<HTMLVideoElement>(null);
  const { poster } = part;
  const size = fitted({ width: part.width ?? 0, height: part.height ?? 0 }, MOST, LEAST);
  // It may have failed before the page came alive.
  useEffect(() => {
    if (player.current?.error) setFailed(true);
  }, []);
  if (failed) {
    return (
      <div className="part-failed">
        <FileCard part={part} />
        <p className="part-trouble" role="status">
          {t("videoFailed")}
        </p>
      </div>
    );
  }
  return (
    <video
      ref={player}
      className="video"
      controls
      playsInline
      // A first frame only where there is no picture of one.
      preload={poster ? "none" : "metadata"}
      poster={poster ? pictureAddress(poster, size.width * 2) : undefined}
      width={size.width}
      height={size.height}
      src={fileAddress(part)}
      aria-label={part.alt || t("video", { name: part.name })}
      onPlay={(event: SyntheticEvent<HTMLVideoElement>) => pauseOthers(event.currentTarget)}
      onError={() => setFailed(true)}
    />
  );
}
