"use client";

import { Ellipsis, Link2, Pencil, SmilePlus, TextSelect, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type RefObject, useRef, useState } from "react";
import { Dialog, Menu, MenuItem, Popover, Separator } from "react-aria-components";

import { EmojiPicker } from "@/components/room/emoji_picker";
import type { MessageAction } from "@/components/room/use_message_actions";
import { QUICK_EMOJI } from "@/lib/emoji";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

interface MessageToolsProps {
  message: MessagePosted;
  mine: boolean;
  mayDelete: boolean;
  mayReact: boolean;
  menuOpen: boolean;
  onMenu(open: boolean): void;
  /** Whether something that belongs to these tools is open, so that they have to stay. */
  onHold(held: boolean): void;
  anchor: RefObject<HTMLElement | null>;
  run(action: MessageAction): void;
}

/** The buttons beside a message that is pointed at or has the focus, and the menu behind the last of them. */
export function MessageTools(props: MessageToolsProps) {
  const { message, mine, mayReact, menuOpen, onMenu, onHold, run } = props;
  const t = useTranslations("message");
  const more = useRef<HTMLButtonElement>(null);
  const smile = useRef<HTMLButtonElement>(null);
  const [picking, setPicking] = useState(false);

  function pick(open: boolean) {
    setPicking(open);
    onHold(open);
  }

  function react(emoji: string) {
    pick(false);
    onMenu(false);
    run({ type: "react", message, emoji, add: true });
  }

  return (
    <div className="tools" role="group" aria-label={t("actions")}>
      {mayReact && (
        <button
          ref={smile}
          type="button"
          className="tool"
          aria-label={t("react")}
          title={t("react")}
          aria-expanded={picking}
          onClick={() => pick(true)}
        >
          <SmilePlus aria-hidden />
        </button>
      )}
      {mine && (
        <button
          type="button"
          className="tool"
          aria-label={t("edit")}
          title={t("edit")}
          onClick={() => run({ type: "edit", message })}
        >
          <Pencil aria-hidden />
        </button>
      )}
      <button
        ref={more}
        type="button"
        className="tool"
        aria-label={t("more")}
        title={t("more")}
        aria-haspopup="menu"
        aria-expanded={menuOpen}
        onClick={() => onMenu(true)}
      >
        <Ellipsis aria-hidden />
      </button>
      <Popover className="popover" triggerRef={smile} isOpen={picking} onOpenChange={pick} placement="top">
        <Dialog aria-label={t("react")}>
          <EmojiPicker onPick={react} />
        </Dialog>
      </Popover>
      <Popover className="popover" triggerRef={more} isOpen={menuOpen} onOpenChange={onMenu} placement="bottom end">
        <Dialog aria-label={t("actions")} className="menu-dialog">
          {mayReact && (
            <div className="quick" role="group" aria-label={t("react")}>
              {QUICK_EMOJI.map((emoji) => (
                <button key={emoji} type="button" aria-label={t("reactWith", { emoji })} onClick={() => react(emoji)}>
                  {emoji}
                </button>
              ))}
            </div>
          )}
          <ActionMenu {...props} />
        </Dialog>
      </Popover>
    </div>
  );
}

function ActionMenu({ message, mine, mayDelete, onMenu, run }: MessageToolsProps) {
  const t = useTranslations("message");
  return (
    <Menu
      className="menu"
      aria-label={t("actions")}
      autoFocus="first"
      onAction={(key) => {
        onMenu(false);
        run({ type: key as "edit" | "delete" | "copy-text" | "copy-link", message });
      }}
    >
      {mine && (
        <MenuItem id="edit" className="menu-item">
          <Pencil aria-hidden />
          {t("edit")}
        </MenuItem>
      )}
      <MenuItem id="copy-text" className="menu-item">
        <TextSelect aria-hidden />
        {t("copyText")}
      </MenuItem>
      <MenuItem id="copy-link" className="menu-item">
        <Link2 aria-hidden />
        {t("copyLink")}
      </MenuItem>
      {mayDelete && <Separator className="menu-line" />}
      {mayDelete && (
        <MenuItem id="delete" className="menu-item danger">
          <Trash2 aria-hidden />
          {t("delete")}
        </MenuItem>
      )}
    </Menu>
  );
}
