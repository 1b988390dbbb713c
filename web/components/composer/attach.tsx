"use client";

import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";

import { AttachMenu, MeetingDialog, PlaceDialog, PollDialog } from "@/components/overlays/lazy";
import type { NewPart, Part } from "@/lib/protocol.gen.ts";

export type Attachable = "files" | "camera" | "place" | "meeting" | "poll";

interface AttachProps {
  onFiles(files: File[]): void;
  /** A part that is no file: `shown` is how it looks until it is back. */
  onPart(part: NewPart, shown: Part): void;
}

/** The plus beside the compose box: what else a message can bring. */
export function Attach({ onFiles, onPart }: AttachProps) {
  const t = useTranslations("attach");
  const plus = useRef<HTMLButtonElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<"place" | "meeting" | "poll">();

  function choose(what: Attachable) {
    setOpen(false);
    if (what === "files") files.current?.click();
    else if (what === "camera") camera.current?.click();
    else setAsking(what);
  }

  function take(input: HTMLInputElement) {
    onFiles([...(input.files ?? [])]);
    input.value = ""; // the same file may be chosen again
  }

  function done(part: NewPart, shown: Part) {
    setAsking(undefined);
    onPart(part, shown);
  }

  return (
    <>
      <button
        ref={plus}
        type="button"
        className="icon-button needs-js"
        aria-label={t("label")}
        title={t("label")}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Plus aria-hidden />
      </button>
      {/* Opened by the menu; by themselves they are nothing to tab to. */}
      <input
        ref={files}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        data-testid="files"
        aria-label={t("files")}
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={camera}
        type="file"
        accept="image/*,video/*"
        capture="environment"
        hidden
        tabIndex={-1}
        aria-label={t("camera")}
        onChange={(event) => take(event.currentTarget)}
      />
      {open && <AttachMenu anchor={plus} onChoose={choose} onClose={() => setOpen(false)} />}
      {asking === "place" && <PlaceDialog onDone={done} onClose={() => setAsking(undefined)} />}
      {asking === "poll" && <PollDialog onDone={done} onClose={() => setAsking(undefined)} />}
      {asking === "meeting" && <MeetingDialog onDone={done} onClose={() => setAsking(undefined)} />}
    </>
  );
}
