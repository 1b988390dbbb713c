"use client";

import { ConfirmDialog as Dialog } from "@/components/overlays/lazy";
import type { ConfirmDialogProps } from "@/components/overlays/confirm_dialog";

/** Asks before what cannot be taken back. */
export function ConfirmDialog({ open, ...props }: ConfirmDialogProps & { open: boolean }) {
  return open ? <Dialog {...props} /> : null;
}
