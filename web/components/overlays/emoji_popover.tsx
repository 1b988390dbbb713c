"use client";

import type { RefObject } from "react";
import { Dialog, Popover } from "react-aria-components";

import { EmojiPicker } from "@/components/room/emoji_picker";

interface EmojiPopoverProps {
  label: string;
  anchor: RefObject<HTMLElement | null>;
  onPick(emoji: string): void;
  onClose(): void;
}

/** The board of emoji over the page, beside what opened it. */
export function EmojiPopover({ label, anchor, onPick, onClose }: EmojiPopoverProps) {
  return (
    <Popover
      className="popover"
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => open || onClose()}
      placement="top end"
    >
      <Dialog aria-label={label}>
        <EmojiPicker onPick={onPick} />
      </Dialog>
    </Popover>
  );
}
