"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useRef } from "react";

import { EMOJI_GROUPS, type EmojiGroup } from "@/lib/emoji";

const COLUMNS = 8;
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

/** A board of emoji: the arrow keys move, Enter picks. */
export function EmojiPicker({ onPick }: { onPick(emoji: string): void }) {
  const t = useTranslations("emoji");
  const board = useRef<HTMLDivElement>(null);

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...(board.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    all[Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
  }

  return (
    <div className="emoji-board" ref={board} onKeyDown={move}>
      {(Object.keys(EMOJI_GROUPS) as EmojiGroup[]).map((group, groupIndex) => (
        <section key={group} aria-label={t(group)}>
          <h3>{t(group)}</h3>
          <div className="emoji-grid">
            {EMOJI_GROUPS[group].map((emoji, index) => (
              <button
                key={`${emoji} ${index}`}
                type="button"
                tabIndex={groupIndex === 0 && index === 0 ? 0 : -1}
                autoFocus={groupIndex === 0 && index === 0}
                onClick={() => onPick(emoji)}
              >
                {emoji}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
