"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { ConfirmDialog } from "@/components/confirm_dialog";
import { useErrorText } from "@/components/error_text";
import { ForwardDialog, HistoryDialog } from "@/components/overlays/lazy";
import { useToast } from "@/components/toasts";
import { messagePath, pathOf, threadPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import type { OutboxItem } from "@/lib/outbox";
import { quoteOf } from "@/lib/parts";
import type { MessagePosted } from "@/lib/protocol.gen.ts";
import { namesOf } from "@/lib/state_views";

/** What one can do with a message. */
export type MessageAction =
  | { type: "react"; message: MessagePosted; emoji: string; add: boolean }
  | { type: "reply" | "thread" | "forward" | "edit" | "delete" | "copy-text" | "copy-link"; message: MessagePosted }
  | { type: "unpreview"; message: MessagePosted }
  | { type: "pin" | "unpin" | "save" | "unsave"; message: MessagePosted }
  | { type: "vote"; message: MessagePosted; options: number[] }
  | { type: "close-poll"; message: MessagePosted }
  | { type: "history"; message: MessagePosted }
  | { type: "show"; number: number }
  | { type: "retry" | "discard"; item: OutboxItem };

/**
 * Carries actions out; `dialog` is to be rendered once. `show` brings a message of the room into view and says whether it
 * could.
 */
export function useMessageActions(
  channel: string,
  onEdit: (message: MessagePosted) => void,
  show: (number: number) => boolean = showInPage,
  /** Where answers are written: the room, or a thread. */
  scope: string = channel,
): { run(action: MessageAction): void; dialog: ReactNode } {
  const t = useTranslations("message");
  const session = useSession();
  const say = useToast();
  const errorText = useErrorText();
  const router = useRouter();
  const [deleting, setDeleting] = useState<MessagePosted>();
  const [remembering, setRemembering] = useState<MessagePosted>();
  const [forwarding, setForwarding] = useState<MessagePosted>();

  const run = useCallback(
    (action: MessageAction) => {
      switch (action.type) {
        case "react": {
          const { number } = action.message;
          const type = action.add ? "reaction.add" : "reaction.remove";
          session?.run({ type, channel, number, emoji: action.emoji }).catch((error) => say(errorText(codeOf(error))));
          return;
        }
        case "pin":
        case "unpin":
        case "save":
        case "unsave": {
          const { channel, number } = action.message;
          session
            ?.run({ type: `message.${action.type}`, channel, number })
            .catch((error) => say(errorText(codeOf(error))));
          return;
        }
        case "unpreview": {
          const { channel, number } = action.message;
          session?.run({ type: "preview.remove", channel, number }).catch((error) => say(errorText(codeOf(error))));
          return;
        }
        case "vote": {
          const { number } = action.message;
          session
            ?.run({ type: "poll.vote", channel, number, options: action.options })
            .catch((error) => say(errorText(codeOf(error))));
          return;
        }
        case "close-poll": {
          const { number } = action.message;
          session?.run({ type: "poll.close", channel, number }).catch((error) => say(errorText(codeOf(error))));
          return;
        }
        case "reply":
          return session?.composing.reply(scope, quoteOf(action.message, nameOf(action.message.author)));
        case "history":
          return setRemembering(action.message);
        case "thread":
          return window.history.pushState(
            null,
            "",
            threadPath(channel, action.message.thread ?? action.message.number),
          );
        case "forward":
          return setForwarding(action.message);
        case "show":
          if (!show(action.number)) router.push(messagePath(channel, action.number));
          return;
        case "edit":
          return onEdit(action.message);
        case "delete":
          return setDeleting(action.message);
        case "copy-text":
          return copy(action.message.text ?? "");
        case "copy-link":
          return copy(new URL(pathOf(action.message), location.href).href);
        case "retry":
          return session?.retry(action.item.key);
        case "discard":
          return session?.discard(action.item.key);
      }
      function nameOf(id: string) {
        const state = session?.view()?.state;
        return (state && namesOf(state).get(id)) ?? t("someone");
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
    [session, channel, scope, onEdit, say, show, router],
  );

  const dialog = (
    <>
      {remembering && <HistoryDialog message={remembering} onClose={() => setRemembering(undefined)} />}
      {forwarding && <ForwardDialog message={forwarding} onClose={() => setForwarding(undefined)} />}
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
    </>
  );
  return { run, dialog };
}

/** Brings a message that is in the page to its middle and lights it up; false when it is not there. */
function showInPage(number: number): boolean {
  const row = document.getElementById(`m${number}`);
  if (!row) return false;
  row.scrollIntoView({ block: "center", behavior: "instant" });
  row.focus({ preventScroll: true });
  row.removeAttribute("data-lit");
  // The animation begins again when it is asked for a second time.
  void row.offsetWidth;
  row.setAttribute("data-lit", "");
  return true;
}
