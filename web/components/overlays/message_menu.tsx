"use client";

import {
  Bookmark,
  BookmarkX,
  CornerUpLeft,
  Forward,
  Link2,
  MessageSquareReply,
  Pencil,
  Pin,
  PinOff,
  TextSelect,
  Trash2,
  Unlink,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { RefObject } from "react";
import { Dialog, Menu, MenuItem, Popover, Separator } from "react-aria-components";

import type { MessageAction } from "@/components/room/use_message_actions";
import { QUICK_EMOJI } from "@/lib/emoji";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

export interface MessageMenuProps {
  message: MessagePosted;
  mine: boolean;
  note: string | undefined;
  mayDelete: boolean;
  mayReact: boolean;
  inThread?: boolean | undefined;
  pinned: boolean;
  saved: boolean;
  anchor: RefObject<HTMLElement | null>;
  onReact(emoji: string): void;
  onClose(): void;
  run(action: MessageAction): void;
}

/** Everything one can do with a message: reactions at hand in a row, then the rest by name. */
export function MessageMenu(props: MessageMenuProps) {
  const { mayReact, note, anchor, onReact, onClose } = props;
  const t = useTranslations("message");
  return (
    <Popover
      className="popover"
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => open || onClose()}
      placement="bottom end"
    >
      <Dialog aria-label={t("actions")}>
        {mayReact && (
          <div className="quick" role="group" aria-label={t("react")}>
            {QUICK_EMOJI.map((emoji) => (
              <button key={emoji} type="button" aria-label={t("reactWith", { emoji })} onClick={() => onReact(emoji)}>
                {emoji}
              </button>
            ))}
          </div>
        )}
        {note && <p className="menu-note">{note}</p>}
        <ActionMenu {...props} />
      </Dialog>
    </Popover>
  );
}

type MenuKey = Extract<MessageAction, { message: MessagePosted; emoji?: never; options?: never }>["type"];

function ActionMenu({ message, mine, mayDelete, mayReact, inThread, pinned, saved, onClose, run }: MessageMenuProps) {
  const t = useTranslations("message");
  return (
    <Menu
      className="menu"
      aria-label={t("actions")}
      autoFocus="first"
      onAction={(key) => {
        onClose();
        run({ type: key as MenuKey, message });
      }}
    >
      {mayReact && (
        <MenuItem id="reply" className="menu-item">
          <CornerUpLeft aria-hidden />
          {t("reply")}
        </MenuItem>
      )}
      {!inThread && (
        <MenuItem id="thread" className="menu-item">
          <MessageSquareReply aria-hidden />
          {t("thread")}
        </MenuItem>
      )}
      <MenuItem id="forward" className="menu-item">
        <Forward aria-hidden />
        {t("forward")}
      </MenuItem>
      {mine && !message.forward && (
        <MenuItem id="edit" className="menu-item">
          <Pencil aria-hidden />
          {t("edit")}
        </MenuItem>
      )}
      {mayReact && (
        <MenuItem id={pinned ? "unpin" : "pin"} className="menu-item">
          {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
          {pinned ? t("unpin") : t("pin")}
        </MenuItem>
      )}
      <MenuItem id={saved ? "unsave" : "save"} className="menu-item">
        {saved ? <BookmarkX aria-hidden /> : <Bookmark aria-hidden />}
        {saved ? t("unsave") : t("save")}
      </MenuItem>
      {message.text && (
        <MenuItem id="copy-text" className="menu-item">
          <TextSelect aria-hidden />
          {t("copyText")}
        </MenuItem>
      )}
      <MenuItem id="copy-link" className="menu-item">
        <Link2 aria-hidden />
        {t("copyLink")}
      </MenuItem>
      {mayDelete && message.previews && message.previews.length > 0 && (
        <MenuItem id="unpreview" className="menu-item">
          <Unlink aria-hidden />
          {t("unpreview")}
        </MenuItem>
      )}
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
