"use client";

import { useTranslations } from "next-intl";
import type { MouseEvent } from "react";

import { PictureView } from "@/components/parts/picture_view";
import { albumRows, fileAddress, fitted, type PartOf } from "@/lib/parts";

type Photo = PartOf<"photo">;

const MOST = { width: 380, height: 400 };
const LEAST = { width: 120, height: 72 };

interface AlbumProps {
  photos: readonly Photo[];
  onOpen(photo: Photo): void;
}

/** One photo in its own shape, several as a grid; each opens large, and without a script is a link to its file. */
export function Album({ photos, onOpen }: AlbumProps) {
  const t = useTranslations("parts");
  const [only] = photos;
  if (only && photos.length === 1) return <Tile photo={only} onOpen={onOpen} alone />;
  return (
    <div className="album" role="group" aria-label={t("album", { count: photos.length })}>
      {albumRows(photos).map((row, index) => (
        <div key={index} className="album-row" data-photos={row.length}>
          {row.map((photo) => (
            <Tile key={photo.file} photo={photo} onOpen={onOpen} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Tile({ photo, onOpen, alone }: { photo: Photo; onOpen(photo: Photo): void; alone?: boolean }) {
  const t = useTranslations("parts");
  const address = fileAddress(photo);
  function open(event: MouseEvent) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(photo);
  }
  return (
    <a className="photo" data-alone={alone} href={address} target="_blank" onClick={open}>
      <PictureView
        picture={photo}
        alt={photo.alt || t("photo", { name: photo.name })}
        size={alone ? fitted(photo, MOST, LEAST) : { width: 190, height: 190 }}
        address={address}
      />
      {photo.animated && <span className="photo-mark">GIF</span>}
    </a>
  );
}
