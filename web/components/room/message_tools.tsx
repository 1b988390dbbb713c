"use client";

import { CornerUpLeft, Ellipsis, MessageSquareReply, Pencil, SmilePlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";

import { EmojiPopover, MessageMenu } from "@/components/overlays/lazy";
import type { MessageAction } from "@/components/room/use_message_actions";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

interface MessageToolsProps {
  message: MessagePosted;
  mine: boolean;
  /** What else is to be said of the message, above what one can do. */
  note: string | undefined;
  mayDelete: boolean;
  mayReact: boolean;
  pinned: boolean;
  saved: boolean;
  inThread?: boolean | undefined;
  menuOpen: boolean;
  onMenu(open: boolean): void;
  /** Whether something that belongs to these tools is open, so that they have to stay. */
  onHold(held: boolean): void;
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
      {mayReact && (
        <button
          type="button"
          className="tool"
          aria-label={t("reply")}
          title={t("reply")}
          onClick={() => run({ type: "reply", message })}
        >
          <CornerUpLeft aria-hidden />
        </button>
      )}
      {!props.inThread && (
        <button
          type="button"
          className="tool"
          aria-label={t("thread")}
          title={t("thread")}
          onClick={() => run({ type: "thread", message })}
        >
          <MessageSquareReply aria-hidden />
        </button>
      )}
      {mine && !message.forward && (
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
      {picking && <EmojiPopover label={t("react")} anchor={smile} onPick={react} onClose={() => pick(false)} />}
      {menuOpen && <MessageMenu {...props} anchor={more} onReact={react} onClose={() => onMenu(false)} />}
    </div>
  );
}
