"use client";

import { Smile } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";

import { EmojiPopover } from "@/components/overlays/lazy";

export function EmojiButton({ onPick }: { onPick(emoji: string): void }) {
  const t = useTranslations("composer");
  const smile = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        ref={smile}
        type="button"
        className="icon-button needs-js"
        aria-label={t("emoji")}
        title={t("emoji")}
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Smile aria-hidden />
      </button>
      {open && (
        <EmojiPopover
          label={t("emoji")}
          anchor={smile}
          onPick={(emoji) => {
            setOpen(false);
            onPick(emoji);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
