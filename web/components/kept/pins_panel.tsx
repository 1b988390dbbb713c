"use client";

import { CloudOff, Pin as PinIcon, PinOff, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { FieldError, useErrorText } from "@/components/error_text";
import { KeptMessage } from "@/components/kept/kept_message";
import { useShallowLink } from "@/components/shallow_link";
import { channelPath, pinsPath } from "@/lib/addresses";
import { callApi, codeOf } from "@/lib/api_client";
import { pinsNow } from "@/lib/kept";
import type { PinList, Room } from "@/lib/protocol.gen.ts";

interface PinsPanelProps {
  room: Room;
  nameOf(id: string): string;
  /** What the page was rendered with, where it is the page of the pins. */
  served: PinList | undefined;
  error: string | undefined;
}

/** Beside the room: what everybody should find again, the newest pin first. */
export function PinsPanel({ room, nameOf, served, error }: PinsPanelProps) {
  const t = useTranslations("pins");
  const say = useErrorText();
  const session = useSession();
  const { id } = room.channel;
  const close = useShallowLink(channelPath(id));
  const { list, trouble } = usePins(room, served);
  const [code, setCode] = useState(error);
  const names = new Map(list?.users.map((user) => [user.id, user.name]));
  const nameIn = (user: string) => names.get(user) ?? nameOf(user);
  const pins = list && pinsNow(list, room);
  const count = room.pins?.length ?? 0;

  function unpin(number: number) {
    session?.run({ type: "message.unpin", channel: id, number }).then(
      () => setCode(undefined),
      (error) => setCode(codeOf(error)),
    );
  }

  return (
    <aside className="panel" aria-label={t("open")}>
      <header className="panel-head">
        <h2>
          {t("title")} {count > 0 && <span>{count}</span>}
        </h2>
        <a className="icon-button" {...close} aria-label={t("close")} title={t("close")}>
          <X aria-hidden />
        </a>
      </header>
      <div className="panel-body pins" aria-busy={count > 0 && !pins && !trouble}>
        <FieldError id="pins-error" code={code} />
        {trouble && (
          <p className="notice" role="alert">
            {say(trouble)}
          </p>
        )}
        {list?.partial && (
          <p className="notice">
            <CloudOff aria-hidden />
            {t("partial")}
          </p>
        )}
        {count === 0 && (
          <div className="panel-none">
            <span className="picture">
              <PinIcon aria-hidden />
            </span>
            <h3>{t("none")}</h3>
            <p>{t("noneLead")}</p>
          </div>
        )}
        {pins && pins.length > 0 && (
          <ol className="kept-list" aria-label={t("open")}>
            {pins.map(({ message, by }) => (
              <li key={message.number}>
                <KeptMessage message={message} author={nameIn(message.author)}>
                  <div className="kept-foot">
                    <span>{t("by", { name: nameIn(by) })}</span>
                    {room.member && (
                      <form
                        method="post"
                        action={`/forms/channels/${id}/messages/${message.number}/pin`}
                        onSubmit={(event) => {
                          event.preventDefault();
                          unpin(message.number);
                        }}
                      >
                        <input type="hidden" name="remove" value="1" />
                        <input type="hidden" name="next" value={pinsPath(id)} />
                        <button className="tool" aria-label={t("unpin")} title={t("unpin")}>
                          <PinOff aria-hidden />
                        </button>
                      </form>
                    )}
                  </div>
                </KeptMessage>
              </li>
            ))}
          </ol>
        )}
      </div>
    </aside>
  );
}

/** The pins as the page was served them, or as they were last asked for: anew whenever another message is pinned. */
function usePins(room: Room, served: PinList | undefined) {
  const [list, setList] = useState(served);
  const [trouble, setTrouble] = useState<string>();
  const { id } = room.channel;
  const known = list && new Set(list.pins.map(({ message }) => message.number));
  const missing = (room.pins ?? []).filter((number) => !known?.has(number)).join();
  const complete = missing === "" || list?.partial === true;
  useEffect(() => {
    if (complete) return;
    let awaited = true;
    callApi<PinList>("GET", `/api/channels/${id}/pins`).then(
      (answer) => {
        if (!awaited) return;
        setList(answer);
        setTrouble(undefined);
      },
      (error) => awaited && setTrouble(codeOf(error)),
    );
    return () => {
      awaited = false;
    };
  }, [id, missing, complete]);
  return { list: list ?? (complete ? NONE : undefined), trouble };
}

const NONE: PinList = { pins: [], users: [] };
