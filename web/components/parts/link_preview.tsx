"use client";

import { PictureView } from "@/components/parts/picture_view";
import { safeAddress } from "@/lib/markdown";
import { fitted } from "@/lib/parts";
import type { PreviewPart } from "@/lib/protocol.gen.ts";

/** Narrower pictures stand beside the words. */
const WIDE = 1.5;

/** What the links of a message lead to; whoever does not want to see that says so in the settings. */
export function Previews({ previews }: { previews: readonly PreviewPart[] }) {
  return (
    <div className="parts previews">
      {previews.map((part) => (
        <LinkPreview key={part.url} part={part} />
      ))}
    </div>
  );
}

/** What a link leads to, in that page's own words. */
export function LinkPreview({ part }: { part: PreviewPart }) {
  const address = safeAddress(part.url);
  const { picture } = part;
  const wide = picture !== undefined && picture.width / Math.max(1, picture.height) >= WIDE;
  if (!address) return null;
  return (
    <a
      className="part-card preview"
      data-wide={wide || undefined}
      href={address}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
    >
      <span className="card-text">
        <span className="card-note">{part.site || new URL(address).host}</span>
        <span className="card-title">{part.title}</span>
        {part.text && <span className="preview-text">{part.text}</span>}
      </span>
      {picture && (
        <PictureView
          picture={picture}
          alt=""
          size={
            wide ? fitted(picture, { width: 360, height: 190 }, { width: 200, height: 100 }) : { width: 72, height: 72 }
          }
        />
      )}
    </a>
  );
}
