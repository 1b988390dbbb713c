"use client";

import { useTranslations } from "next-intl";
import type { MouseEvent } from "react";

import { useLiveView } from "@/components/chat_provider";
import type { MessageAction } from "@/components/room/use_message_actions";
import { historyPath } from "@/lib/addresses";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

/** That a message was edited, and the way to what it said before, where the server shows that. */
export function EditedMark({ message, run }: { message: MessagePosted; run(action: MessageAction): void }) {
  const t = useTranslations("message");
  const words = useTranslations("history");
  const state = useLiveView()?.state;
  const { channel, number } = message;
  const shown = state?.limits.edit_history !== false && (!state?.room || state.room.member);
  if (!shown) return <span className="edited">{t("edited")}</span>;

  function open(event: MouseEvent) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    run({ type: "history", message });
  }

  return (
    <a className="edited" href={historyPath(channel, number)} title={words("open")} onClick={open}>
      {t("edited")}
    </a>
  );
}
