"use client";

import { Upload } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

interface DropVeilProps {
  channel: string;
  /** It takes what is dropped on the thread; what is dropped anywhere else is the room's. */
  inThread: boolean;
  onFiles(files: File[]): void;
}

const THREAD = ".thread-panel";

/** Files may be dropped anywhere on the page; the room says that they can be. */
export function DropVeil({ channel, inThread, onFiles }: DropVeilProps) {
  const t = useTranslations("composer");
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const take = useRef(onFiles);
  useEffect(() => {
    take.current = onFiles;
  });

  useEffect(() => {
    const isMine = ({ target }: DragEvent) =>
      (target instanceof Element && target.closest(THREAD) !== null) === inThread;
    const brings = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    // What is entered is told before what is left.
    function enter(event: DragEvent) {
      if (!brings(event)) return;
      depth.current += 1;
      setOver(isMine(event));
    }
    function leave(event: DragEvent) {
      if (!brings(event)) return;
      depth.current = Math.max(0, depth.current - 1);
      if (depth.current === 0) setOver(false);
    }
    const move = (event: DragEvent) => brings(event) && event.preventDefault();
    function drop(event: DragEvent) {
      depth.current = 0;
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0 || !isMine(event)) return;
      event.preventDefault();
      take.current(files);
    }
    const heard = { dragenter: enter, dragleave: leave, dragover: move, drop } as const;
    for (const [name, call] of Object.entries(heard)) window.addEventListener(name, call as EventListener);
    return () => {
      for (const [name, call] of Object.entries(heard)) window.removeEventListener(name, call as EventListener);
    };
  }, [inThread]);

  const room = over ? (inThread ? document.querySelector(THREAD) : document.getElementById("main")) : null;
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
