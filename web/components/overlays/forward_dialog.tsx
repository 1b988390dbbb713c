"use client";

import { Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

import { ChannelAvatar } from "@/components/avatar";
import { useLiveView, useSession } from "@/components/chat_provider";
import { ConversationAvatar } from "@/components/people/conversation_avatar";
import { FieldError } from "@/components/error_text";
import { useToast } from "@/components/toasts";
import { codeOf } from "@/lib/api_client";
import { bestNamed, type Sounds } from "@/lib/completion";
import { isConversation } from "@/lib/conversations";
import { newKey } from "@/lib/new_key";
import { loadPinyin } from "@/lib/pinyin";
import type { ChannelSummary, MessagePosted } from "@/lib/protocol.gen.ts";
import { byActivity } from "@/lib/state_views";

const MOST = 50;

/** Where a message is to be said again: one of one's own conversations, found by name or by how it sounds. */
export function ForwardDialog({ message, onClose }: { message: MessagePosted; onClose(): void }) {
  const t = useTranslations("forward");
  const dialog = useTranslations("dialog");
  const state = useLiveView()?.state;
  const channels = byActivity(state?.channels ?? []);
  const me = state?.user.id ?? "";
  const [query, setQuery] = useState("");
  const [error, setError] = useState<string>();
  const [sounds, setSounds] = useState<Sounds>();
  const list = useRef<HTMLUListElement>(null);
  const send = useForward(message, onClose, setError);
  const found = bestNamed(channels, ({ name }) => name, query.trim(), MOST, sounds);

  useEffect(() => {
    loadPinyin().then(
      (loaded) => setSounds(() => loaded),
      () => undefined,
    );
  }, []);

  /** The arrow keys go through the list from the field on. */
  function walk(event: KeyboardEvent) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    all[Math.max(0, all.indexOf(document.activeElement as HTMLButtonElement) + by)]?.focus();
  }

  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog forward">
          <Heading slot="title">{t("title")}</Heading>
          <div className="forward-inner" onKeyDown={walk}>
            <label className="forward-find">
              <Search aria-hidden />
              <span className="unseen">{t("find")}</span>
              <input
                className="input"
                type="search"
                value={query}
                placeholder={t("find")}
                autoFocus
                onChange={(event) => setQuery(event.target.value)}
                onKeyDown={(event) => {
                  const [first] = found;
                  if (event.key === "Enter" && !event.nativeEvent.isComposing && query && first) void send(first);
                }}
              />
            </label>
            <ul className="forward-list" ref={list}>
              {found.map((channel) => (
                <li key={channel.id}>
                  <button type="button" onClick={() => send(channel)}>
                    {isConversation(channel) ? (
                      <ConversationAvatar channel={channel} me={me} size="small" />
                    ) : (
                      <ChannelAvatar id={channel.id} locked={channel.private} size="small" />
                    )}
                    <span>{channel.name}</span>
                  </button>
                </li>
              ))}
            </ul>
            {found.length === 0 && <p role="status">{t("none")}</p>}
          </div>
          <FieldError id="forward-error" code={error} />
          <div className="dialog-actions">
            <button type="button" className="button" onClick={onClose}>
              {dialog("cancel")}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useForward(message: MessagePosted, onClose: () => void, fail: (code: string) => void) {
  const t = useTranslations("forward");
  const session = useSession();
  const say = useToast();
  // One key for each conversation, so that a second click there says it no second time.
  const keys = useRef(new Map<string, string>());
  return async ({ id, name }: ChannelSummary) => {
    const key = keys.current.get(id) ?? newKey();
    keys.current.set(id, key);
    const { channel, number } = message;
    try {
      await session?.run({ type: "message.post", channel: id, key, forward: { channel, number } });
      say(t("done", { channel: name }));
      onClose();
    } catch (error) {
      fail(codeOf(error));
    }
  };
}
