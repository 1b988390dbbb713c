"use client";

import { useTranslations } from "next-intl";
import type { FormEvent, ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface FormDialogProps {
  title: string;
  submit: string;
  ready: boolean;
  children: ReactNode;
  onSubmit(): void;
  onClose(): void;
}

/** A few fields over the page, and what they are for. */
export function FormDialog({ title, submit, ready, children, onSubmit, onClose }: FormDialogProps) {
  const t = useTranslations("dialog");
  function send(event: FormEvent) {
    event.preventDefault();
    // The dialog stands in the compose form's tree of components, not of elements.
    event.stopPropagation();
    if (ready) onSubmit();
  }
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{title}</Heading>
          <form className="dialog-form" onSubmit={send}>
            {children}
            <div className="dialog-actions">
              <button type="button" className="button" onClick={onClose}>
                {t("cancel")}
              </button>
              <button className="button primary" disabled={!ready}>
                {submit}
              </button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
