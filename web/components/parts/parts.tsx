"use client";

import { type ReactNode, useState } from "react";

import { Lightbox } from "@/components/overlays/lazy";
import { Album } from "@/components/parts/album";
import { AudioPlayer } from "@/components/parts/audio_player";
import { FileCard } from "@/components/parts/file_card";
import { LinkPreview } from "@/components/parts/link_preview";
import { LocationCard } from "@/components/parts/location_card";
import { MeetingCard } from "@/components/parts/meeting_card";
import { VideoPlayer } from "@/components/parts/video_player";
import { PollCard } from "@/components/polls/lazy";
import { blocksOf, type PartOf } from "@/lib/parts";
import type { Part } from "@/lib/protocol.gen.ts";

interface PartsProps {
  parts: readonly Part[];
  /** Who posted them, for what looks at one of them large. */
  author: string;
  /** Draws a poll one can vote in; without it, one only looks at it. */
  poll?: ((part: PartOf<"poll">) => ReactNode) | undefined;
}

/** Everything a message has besides its text. */
export function Parts({ parts, author, poll }: PartsProps) {
  const [open, setOpen] = useState<PartOf<"photo">>();
  const photos = parts.filter((part) => part.kind === "photo");
  return (
    <div className="parts">
      {blocksOf(parts).map((block, index) =>
        block.kind === "album" ? (
          <Album key={index} photos={block.photos} onOpen={setOpen} />
        ) : (
          <OnePart key={index} part={block.part} poll={poll} />
        ),
      )}
      {open && <Lightbox photos={photos} first={open} author={author} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function OnePart({ part, poll }: { part: Part } & Pick<PartsProps, "poll">) {
  switch (part.kind) {
    case "file":
      return <FileCard part={part} />;
    case "video":
      return <VideoPlayer part={part} />;
    case "audio":
    case "voice":
      return <AudioPlayer part={part} />;
    case "location":
      return <LocationCard part={part} />;
    case "meeting":
      return <MeetingCard part={part} />;
    case "poll":
      return poll ? poll(part) : <PollCard part={part} />;
    case "preview":
      return <LinkPreview part={part} />;
    default:
      return null; // a kind that a newer server knows
  }
}
