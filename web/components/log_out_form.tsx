"use client";

import { useTranslations } from "next-intl";
import type { FormEvent } from "react";

import { useSession } from "@/components/chat_provider";

/** What was not sent is forgotten first, but nobody has to wait for that. */
const FORGETTING_MS = 2_000;

/** Ends the session. The connection is closed first, so that its end does not look like somebody else's doing. */
export function LogOutForm() {
  const t = useTranslations("settings");
  const session = useSession();

  async function submit(event: FormEvent<HTMLFormElement>) {
    if (!session) return;
    event.preventDefault();
    const form = event.currentTarget;
    await Promise.race([session.forget(), new Promise((resolve) => setTimeout(resolve, FORGETTING_MS))]);
    form.submit();
  }

  return (
    <form method="post" action="/forms/logout" onSubmit={submit}>
      <button className="button">{t("logout")}</button>
    </form>
  );
}
