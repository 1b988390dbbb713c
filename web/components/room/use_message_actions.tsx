"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { ConfirmDialog } from "@/components/confirm_dialog";
import { useErrorText } from "@/components/error_text";
import { useToast } from "@/components/toasts";
import { messagePath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import type { OutboxItem } from "@/lib/outbox";
import type { MessagePosted } from "@/lib/protocol.gen.ts";

/** What one can do with a message. */
export type MessageAction =
  | { type: "react"; message: MessagePosted; emoji: string; add: boolean }
  | { type: "edit" | "delete" | "copy-text" | "copy-link"; message: MessagePosted }
  | { type: "retry" | "discard"; item: OutboxItem };

/** Carries actions out; `dialog` is to be rendered once. */
export function useMessageActions(
  channel: string,
  onEdit: (message: MessagePosted) => void,
): { run(action: MessageAction): void; dialog: ReactNode } {
  const t = useTranslations("message");
  const session = useSession();
  const say = useToast();
  const errorText = useErrorText();
  const [deleting, setDeleting] = useState<MessagePosted>();

  const run = useCallback(
    (action: MessageAction) => {
      switch (action.type) {
        case "react": {
          const { number } = action.message;
          const type = action.add ? "reaction.add" : "reaction.remove";
          session?.run({ type, channel, number, emoji: action.emoji }).catch((error) => say(errorText(codeOf(error))));
          return;
        }
        case "edit":
          return onEdit(action.message);
        case "delete":
          return setDeleting(action.message);
        case "copy-text":
          return copy(action.message.text ?? "");
        case "copy-link":
          return copy(new URL(messagePath(channel, action.message.number), location.href).href);
        case "retry":
          return session?.retry(action.item.key);
        case "discard":
          return session?.discard(action.item.key);
      }
      function copy(text: string) {
        navigator.clipboard.writeText(text).then(
          () => say(t("copied")),
          () => say(t("copyFailed")),
        );
      }
    },
    // The words change with the language only, and then the page is another.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [session, channel, onEdit, say],
  );

  const dialog = (
    <ConfirmDialog
      open={deleting !== undefined}
      title={t("deleteTitle")}
      lead={t("deleteLead")}
      action={t("delete")}
      onClose={() => setDeleting(undefined)}
      onConfirm={() => {
        const number = deleting?.number;
        if (number === undefined) return;
        session?.run({ type: "message.delete", channel, number }).catch((error) => say(errorText(codeOf(error))));
      }}
    />
  );
  return { run, dialog };
}
