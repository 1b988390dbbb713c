"use client";

import { Bell, BellOff, Check, CheckCheck, EyeOff, MessageCircleDashed, Pin, PinOff } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { RefObject } from "react";
import { Dialog, Menu, MenuItem, MenuSection, Popover } from "react-aria-components";

import { useLiveView, useSession } from "@/components/chat_provider";
import { useErrorText } from "@/components/error_text";
import { useToast } from "@/components/toasts";
import { codeOf } from "@/lib/api_client";
import type { Command } from "@/lib/carrier";
import { unreadPosition } from "@/lib/mark_unread";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

interface RowMenuProps {
  channel: ChannelSummary;
  /** What the row calls it. */
  name: string;
  me: string;
  /** Its room is open. */
  open: boolean;
  anchor: RefObject<HTMLElement | null>;
  onClose(): void;
}

const LEVELS = ["default", "all", "mentions", "nothing"] as const;
type Level = Exclude<(typeof LEVELS)[number], "default">;
type Choice = "pin" | "mute" | "read" | "unread" | "hide" | `level-${(typeof LEVELS)[number]}`;

function Blank() {
  return <svg aria-hidden />;
}

/** What one can do with a row of the list; all of it holds on every device. */
export function RowMenu({ channel, name, me, open, anchor, onClose }: RowMenuProps) {
  const t = useTranslations("side");
  const act = useRowActions(channel, me, open);
  const level = useLiveView()?.state.notifications?.channels?.[channel.id] ?? "default";
  const { muted = false, pinned = false, unread } = channel;
  return (
    <Popover
      className="popover"
      triggerRef={anchor}
      isOpen
      onOpenChange={(next) => next || onClose()}
      placement="bottom end"
    >
      <Dialog aria-label={t("options", { name })}>
        <Menu
          className="menu"
          aria-label={t("options", { name })}
          autoFocus="first"
          onAction={(key) => {
            onClose();
            void act(key as Choice);
          }}
        >
          <MenuItem id="pin" className="menu-item">
            {pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
            {pinned ? t("unpin") : t("pin")}
          </MenuItem>
          <MenuItem id="mute" className="menu-item">
            {muted ? <Bell aria-hidden /> : <BellOff aria-hidden />}
            {muted ? t("unmute") : t("mute")}
          </MenuItem>
          <MenuSection className="menu-section" aria-label={t("notify")}>
            {LEVELS.map((each) => (
              <MenuItem id={`level-${each}`} key={each} className="menu-item">
                {each === level ? <Check aria-hidden /> : <Blank />}
                {t(`level.${each}`)}
                {each === level && <span className="unseen"> ({t("chosen")})</span>}
              </MenuItem>
            ))}
          </MenuSection>
          {unread?.length ? (
            <MenuItem id="read" className="menu-item">
              <CheckCheck aria-hidden />
              {t("markRead")}
            </MenuItem>
          ) : (
            // What is read as one looks cannot be unread.
            channel.number > 0 &&
            !open && (
              <MenuItem id="unread" className="menu-item">
                <MessageCircleDashed aria-hidden />
                {t("markUnread")}
              </MenuItem>
            )
          )}
          <MenuItem id="hide" className="menu-item">
            <EyeOff aria-hidden />
            {t("hide")}
          </MenuItem>
        </Menu>
      </Dialog>
    </Popover>
  );
}

function useRowActions(channel: ChannelSummary, me: string, open: boolean): (choice: Choice) => Promise<void> {
  const t = useTranslations("side");
  const session = useSession();
  const router = useRouter();
  const say = useToast();
  const text = useErrorText();
  const { id, muted = false, pinned = false, number } = channel;

  async function commandOf(choice: Choice): Promise<Command | undefined> {
    switch (choice) {
      case "pin":
        return { type: "membership.update", channel: id, pinned: !pinned };
      case "mute":
        return { type: "membership.update", channel: id, muted: !muted };
      case "level-default":
        return { type: "channel.notify", channel: id };
      case "level-all":
      case "level-mentions":
      case "level-nothing":
        return { type: "channel.notify", channel: id, level: choice.slice("level-".length) as Level };
      case "hide":
        return { type: "membership.update", channel: id, hidden: true };
      case "read":
        return { type: "position.set", channel: id, number };
      case "unread": {
        const position = await unreadPosition(channel, me);
        return position === undefined ? undefined : { type: "position.set", channel: id, number: position };
      }
    }
  }

  return async (choice) => {
    try {
      const command = await commandOf(choice);
      if (!command) return say(t("nothingUnread"));
      await session?.run(command);
      if (choice !== "hide") return;
      say(t("hidden"));
      if (open) router.push("/inbox");
    } catch (error) {
      say(text(codeOf(error)));
    }
  };
}
