"use client";

import { MessageCircle, NotebookPen } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { Avatar } from "@/components/avatar";
import { useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { usePresence } from "@/components/presence";
import { channelPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import type { UserView } from "@/lib/protocol.gen.ts";

interface ProfileProps {
  user: UserView;
  me: string;
  error?: string | undefined;
  onDone?(): void;
}

/** Somebody's picture, name and presence, and the way to talk to them. */
export function Profile({ user, me, error, onDone }: ProfileProps) {
  const t = useTranslations("people");
  const presence = useTranslations("presence");
  const session = useSession();
  const router = useRouter();
  const status = usePresence(user.id);
  const [code, setCode] = useState(error);
  const own = user.id === me;

  async function open(event: FormEvent) {
    event.preventDefault();
    try {
      const made = await session?.run({ type: "conversation.open", users: [user.id] });
      if (made?.channel) router.push(channelPath(made.channel));
      onDone?.();
    } catch (failure) {
      setCode(codeOf(failure));
    }
  }

  return (
    <div className="profile">
      <Avatar id={user.id} name={user.name} size="large" presence />
      <p className="profile-name">
        {user.name}
        {own && <span className="quiet"> ({t("you")})</span>}
      </p>
      {status && <p className="profile-state">{presence(status)}</p>}
      <form method="post" action="/forms/conversations" onSubmit={open}>
        <input type="hidden" name="user" value={user.id} />
        <button className="button primary">
          {own ? <NotebookPen aria-hidden /> : <MessageCircle aria-hidden />}
          {own ? t("notes") : t("message")}
        </button>
      </form>
      <FieldError id="profile-error" code={code} />
    </div>
  );
}
