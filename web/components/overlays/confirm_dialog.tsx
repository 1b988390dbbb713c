"use client";

import { useTranslations } from "next-intl";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

export interface ConfirmDialogProps {
  title: string;
  lead: string;
  action: string;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before what cannot be taken back. */
export function ConfirmDialog({ title, lead, action, onConfirm, onClose }: ConfirmDialogProps) {
  const t = useTranslations("dialog");
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
      <Modal className="modal">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{title}</Heading>
          <p>{lead}</p>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={onClose}>
              {t("cancel")}
            </button>
            <button
              type="button"
              className="button danger"
              // The dialog asks one question; its answer is where one expects the focus.
              autoFocus
              onClick={() => {
                onConfirm();
                onClose();
              }}
            >
              {action}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
