"use client";

import { useTranslations } from "next-intl";
import type { RefObject } from "react";
import { Dialog, Popover } from "react-aria-components";

import { useLiveView } from "@/components/chat_provider";
import { Profile } from "@/components/people/profile";
import { namesOf } from "@/lib/state_views";

interface ProfileCardProps {
  id: string;
  anchor: RefObject<HTMLElement | null>;
  onClose(): void;
}

/** Who somebody is, beside where they were clicked. */
export function ProfileCard({ id, anchor, onClose }: ProfileCardProps) {
  const t = useTranslations("people");
  const state = useLiveView()?.state;
  const known = state?.channels.flatMap(({ people = [] }) => people).find((each) => each.id === id)?.name;
  const name = (state && namesOf(state).get(id)) ?? known;
  if (!name || !state) return null;
  return (
    <Popover
      className="popover"
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => open || onClose()}
      placement="bottom start"
    >
      <Dialog className="profile-card" aria-label={t("card", { name })}>
        <Profile user={{ id, name }} me={state.user.id} onDone={onClose} />
      </Dialog>
    </Popover>
  );
}
