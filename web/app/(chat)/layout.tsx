import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { ChatProvider } from "@/components/chat_provider";
import { Keyboard } from "@/components/keyboard";
import { Notifier } from "@/components/notifications/notifier";
import { ProfileCards } from "@/components/people/profile_cards";
import { Side } from "@/components/side/side";
import { RoomLinks, Stage } from "@/components/stage";
import { ToastProvider } from "@/components/toasts";
import { peekSnapshot } from "@/lib/api_server";
import { readPreferences } from "@/lib/preferences";

/** The list of channels beside every page of the chat. */
export default async function ChatLayout({ children }: { children: ReactNode }) {
  const [served, t, { order }] = await Promise.all([peekSnapshot(), getTranslations("app"), readPreferences()]);
  // Without state the page itself says why: it goes to the log-in, or shows what is wrong.
  if (!served) return children;
  return (
    <ChatProvider served={served}>
      <ToastProvider>
        <a className="skip" href="#main">
          {t("skipMain")}
        </a>
        <Notifier />
        <RoomLinks>
          <ProfileCards>
            <Side served={served} order={order} />
            <Stage>{children}</Stage>
            <Keyboard />
          </ProfileCards>
        </RoomLinks>
      </ToastProvider>
    </ChatProvider>
  );
}
