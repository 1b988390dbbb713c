"use client";

import { useTranslations } from "next-intl";

import { ConversationAvatar } from "@/components/people/conversation_avatar";
import { PersonLink } from "@/components/people/person_link";
import { usePresence } from "@/components/presence";
import { isNotes, partnerOf } from "@/lib/conversations";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

interface ConversationProps {
  channel: ChannelSummary;
  me: string;
}

/** Over a conversation: with whom it is, and whether they are there. */
export function ConversationTitle({ channel, me }: ConversationProps) {
  const t = useTranslations("room");
  const side = useTranslations("side");
  const partner = partnerOf(channel, me);
  const notes = isNotes(channel);
  return (
    <div className="talk-title">
      <ConversationAvatar channel={channel} me={me} size="small" />
      <div>
        <h1>
          {partner && !notes ? (
            <PersonLink id={partner.id}>{channel.name}</PersonLink>
          ) : (
            <span>{notes ? side("notes") : channel.name}</span>
          )}
        </h1>
        {partner && !notes && <PartnerState user={partner.id} />}
        {!partner && <p>{t("members", { count: channel.members })}</p>}
      </div>
    </div>
  );
}

function PartnerState({ user }: { user: string }) {
  const t = useTranslations("presence");
  const status = usePresence(user);
  return status ? <p>{t(status)}</p> : null;
}

/** Where a conversation begins. */
export function ConversationBeginning({ channel, me }: ConversationProps) {
  const t = useTranslations("people");
  return (
    <div className="beginning talk-beginning">
      <ConversationAvatar channel={channel} me={me} size="large" />
      <h2>{isNotes(channel) ? t("notesTitle") : channel.name}</h2>
      <p>{isNotes(channel) ? t("notesLead") : t("beginning", { names: channel.name })}</p>
    </div>
  );
}
