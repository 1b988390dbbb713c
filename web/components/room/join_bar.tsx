"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { codeOf } from "@/lib/api_client";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

/** In place of the compose box where one only looks in. */
export function JoinBar({ channel, error }: { channel: ChannelSummary; error: string | undefined }) {
  const t = useTranslations("room");
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState(error);

  async function join(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      await session?.run({ type: "channel.join", channel: channel.id });
    } catch (error) {
      setCode(codeOf(error));
      setBusy(false);
    }
  }

  return (
    <form className="join" method="post" action={`/forms/channels/${channel.id}/join`} onSubmit={join}>
      <p>{t("readOnly")}</p>
      <button className="button primary" disabled={busy}>
        {t("join")}
      </button>
      <FieldError id="join-error" code={code} />
    </form>
  );
}
