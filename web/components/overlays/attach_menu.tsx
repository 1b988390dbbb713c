"use client";

import { CalendarClock, Camera, ListChecks, MapPin, Paperclip } from "lucide-react";
import { useTranslations } from "next-intl";
import { type RefObject, useSyncExternalStore } from "react";
import { Menu, MenuItem, Popover } from "react-aria-components";

import type { Attachable } from "@/components/composer/attach";

interface AttachMenuProps {
  anchor: RefObject<HTMLElement | null>;
  onChoose(what: Attachable): void;
  onClose(): void;
}

/** What a message can bring; the camera where there is one in the hand. */
export function AttachMenu({ anchor, onChoose, onClose }: AttachMenuProps) {
  const t = useTranslations("attach");
  const touch = useSyncExternalStore(
    () => () => undefined,
    () => matchMedia("(pointer: coarse)").matches,
    () => false,
  );
  return (
    <Popover
      className="popover"
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => open || onClose()}
      placement="top start"
    >
      <Menu className="menu" aria-label={t("label")} autoFocus="first" onAction={(key) => onChoose(key as Attachable)}>
        <MenuItem id="files" className="menu-item">
          <Paperclip aria-hidden />
          {t("files")}
        </MenuItem>
        {touch && (
          <MenuItem id="camera" className="menu-item">
            <Camera aria-hidden />
            {t("camera")}
          </MenuItem>
        )}
        <MenuItem id="place" className="menu-item">
          <MapPin aria-hidden />
          {t("place")}
        </MenuItem>
        <MenuItem id="meeting" className="menu-item">
          <CalendarClock aria-hidden />
          {t("meeting")}
        </MenuItem>
        <MenuItem id="poll" className="menu-item">
          <ListChecks aria-hidden />
          {t("poll")}
        </MenuItem>
      </Menu>
    </Popover>
  );
}
