"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { channelPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import { MAX_CHANNEL_NAME, MAX_TOPIC } from "@/lib/protocol.gen.ts";

export function NewChannelForm({ name, error }: { name: string; error: string | undefined }) {
  const t = useTranslations("new");
  const session = useSession();
  const router = useRouter();
  const [code, setCode] = useState(error);
  const [busy, setBusy] = useState(false);
  const atTopic = code === "bad_topic";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    try {
      const made = await session?.run({
        type: "channel.create",
        name: String(fields.get("name")),
        topic: String(fields.get("topic")),
        private: fields.get("private") === "on",
      });
      if (made?.channel) router.push(channelPath(made.channel));
    } catch (failure) {
      setCode(codeOf(failure));
      setBusy(false);
    }
  }

  return (
    <form className="stack" method="post" action="/forms/channels" onSubmit={submit}>
      <div className="field">
        <label htmlFor="name">{t("name")}</label>
        <input
          className="input"
          id="name"
          name="name"
          defaultValue={name}
          maxLength={MAX_CHANNEL_NAME}
          autoComplete="off"
          required
          autoFocus
          aria-invalid={code !== undefined && !atTopic}
          aria-describedby={code && !atTopic ? "name-error" : "name-hint"}
        />
        <p className="hint" id="name-hint">
          {t("nameHint")}
        </p>
        {!atTopic && <FieldError id="name-error" code={code} />}
      </div>
      <div className="field">
        <label htmlFor="topic">{t("topic")}</label>
        <input
          className="input"
          id="topic"
          name="topic"
          maxLength={MAX_TOPIC}
          autoComplete="off"
          aria-invalid={atTopic}
          aria-describedby={atTopic ? "topic-error" : "topic-hint"}
        />
        <p className="hint" id="topic-hint">
          {t("topicHint")}
        </p>
        {atTopic && <FieldError id="topic-error" code={code} />}
      </div>
      <label className="check">
        <input type="checkbox" name="private" />
        <span>
          <strong>{t("private")}</strong>
          <br />
          <span className="quiet">{t("privateHint")}</span>
        </span>
      </label>
      <button className="button primary" disabled={busy}>
        {busy ? t("busy") : t("submit")}
      </button>
    </form>
  );
}
