"use client";

import { X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

import { ShortcutList } from "@/components/shortcuts/shortcut_list";
import { settingsPath } from "@/lib/addresses";

/** What the keyboard does, over whatever one is doing. */
export function ShortcutsDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations("shortcuts");
  const words = useTranslations("dialog");
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
      <Modal className="modal wide">
        <Dialog className="dialog shortcuts-dialog">
          <div className="dialog-head">
            <Heading slot="title">{t("title")}</Heading>
            <button type="button" className="icon-button" aria-label={words("close")} onClick={onClose}>
              <X aria-hidden />
            </button>
          </div>
          <div className="dialog-scroll" tabIndex={0} role="region" aria-label={t("title")}>
            <ShortcutList />
            <p className="shortcuts-note">
              {t.rich("note", {
                link: (text) => (
                  <Link href={settingsPath()} prefetch={false} onClick={onClose}>
                    {text}
                  </Link>
                ),
              })}
            </p>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
