"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useState } from "react";
import { Dialog, Popover } from "react-aria-components";

import { useLiveView } from "@/components/chat_provider";
import { Profile } from "@/components/people/profile";
import { personPath } from "@/lib/addresses";
import { callApi } from "@/lib/api_client";
import type { UserView } from "@/lib/protocol.gen.ts";
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
  const found = useFound(id, state !== undefined && !known && !namesOf(state).has(id), onClose);
  const name = (state && namesOf(state).get(id)) ?? known ?? found?.name;
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

/** Somebody the page knows nothing of (found by a search, or quoted) is asked for; their own page says who there is not. */
function useFound(id: string, wanted: boolean, onClose: () => void): UserView | undefined {
  const router = useRouter();
  const [found, setFound] = useState<UserView>();
  useEffect(() => {
    if (!wanted) return;
    let late = false;
    const giveUp = () => {
      if (late) return;
      onClose();
      router.push(personPath(id));
    };
    callApi<{ users: UserView[] }>("GET", `/api/users?ids=${id}`).then(({ users: [user] }) => {
      if (!user) giveUp();
      else if (!late) setFound(user);
    }, giveUp);
    return () => {
      late = true;
    };
    // Another function each time, and always the same answer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, wanted]);
  return found;
}
