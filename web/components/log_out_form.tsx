"use client";

import { useTranslations } from "next-intl";

import { useSession } from "@/components/chat_provider";

/** Ends the session. The socket is closed first, so that its end does not look like somebody else's doing. */
export function LogOutForm() {
  const t = useTranslations("settings");
  const session = useSession();
  return (
    <form method="post" action="/forms/logout" onSubmit={() => session?.stop()}>
      <button className="button">{t("logout")}</button>
    </form>
  );
}
