"use client";

import { Upload } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

/** Files may be dropped anywhere on the page; the room says that they can be. */
export function DropVeil({ channel, onFiles }: { channel: string; onFiles(files: File[]): void }) {
  const t = useTranslations("composer");
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const take = useRef(onFiles);
  useEffect(() => {
    take.current = onFiles;
  });

  useEffect(() => {
    const brings = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    function show(by: number) {
      depth.current = Math.max(0, depth.current + by);
      setOver(depth.current > 0);
    }
    const enter = (event: DragEvent) => brings(event) && show(1);
    const leave = (event: DragEvent) => brings(event) && show(-1);
    const move = (event: DragEvent) => brings(event) && event.preventDefault();
    function drop(event: DragEvent) {
      depth.current = 0;
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      take.current(files);
    }
    const heard = { dragenter: enter, dragleave: leave, dragover: move, drop } as const;
    for (const [name, call] of Object.entries(heard)) window.addEventListener(name, call as EventListener);
    return () => {
      for (const [name, call] of Object.entries(heard)) window.removeEventListener(name, call as EventListener);
    };
  }, []);

  const room = over ? document.getElementById("main") : null;
  if (!room) return null;
  return createPortal(
    <div className="drop-veil" aria-hidden>
      <p>
        <Upload />
        {t("drop", { channel })}
      </p>
    </div>,
    room,
  );
}
