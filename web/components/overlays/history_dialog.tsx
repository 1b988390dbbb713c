"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

import { useErrorText } from "@/components/error_text";
import { Versions } from "@/components/kept/versions";
import { callApi, codeOf } from "@/lib/api_client";
import type { MessageHistory, MessagePosted } from "@/lib/protocol.gen.ts";

/** What a message has said, over the room. */
export function HistoryDialog({ message, onClose }: { message: MessagePosted; onClose(): void }) {
  const t = useTranslations("history");
  const words = useTranslations("dialog");
  const say = useErrorText();
  const [history, setHistory] = useState<MessageHistory>();
  const [trouble, setTrouble] = useState<string>();
  const { channel, number, edited_at: editedAt } = message;
  useEffect(() => {
    let awaited = true;
    callApi<MessageHistory>("GET", `/api/channels/${channel}/messages/${number}/history`).then(
      (answer) => awaited && setHistory(answer),
      (error) => awaited && setTrouble(codeOf(error)),
    );
    return () => {
      awaited = false;
    };
  }, [channel, number, editedAt]);
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
      <Modal className="modal wide">
        <Dialog className="dialog">
          <Heading slot="title">{t("title")}</Heading>
          <div
            className="dialog-scroll"
            aria-busy={!history && !trouble}
            tabIndex={0}
            role="region"
            aria-label={t("title")}
          >
            {trouble && (
              <p className="notice" role="alert">
                {say(trouble)}
              </p>
            )}
            {history && <Versions history={history} />}
          </div>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={onClose}>
              {words("close")}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
