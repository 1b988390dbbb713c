"use client";

import { Check, CheckCheck, Clock3 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Avatar } from "@/components/avatar";
import type { OutboxItem } from "@/lib/outbox";
import type { Sign } from "@/lib/receipts";

/** More marks than this are a number. */
const MARKS = 3;
/** More names than this are a number too. */
const NAMED = 12;

/** How far one's own message has come: waiting, sent, or read, and by whom. Beside the bubble, where nothing moves. */
export function ReadSign({
  item,
  sign,
  nameOf,
}: {
  item: OutboxItem | undefined;
  sign: Sign | undefined;
  nameOf(id: string): string;
}) {
  const t = useTranslations("message");
  const say = useReadText(nameOf);
  if (item?.status === "waiting") return <Mark icon={<Clock3 aria-hidden />} text={t("waiting")} />;
  if (item?.status === "sent") return <Mark icon={<Check aria-hidden />} text={t("sent")} />;
  if (item || !sign) return null;
  const { marks, readers } = sign;
  const text = say(readers);
  if (!text) return <Mark icon={<Check aria-hidden />} text={t("sent")} />;
  return (
    <Mark icon={<CheckCheck aria-hidden />} text={text}>
      {marks.length > 0 && (
        <span className="marks" aria-hidden="true">
          {marks.slice(0, MARKS).map((user) => (
            <Avatar key={user} id={user} name={nameOf(user)} size="tiny" />
          ))}
          {marks.length > MARKS && <span className="marks-more">+{marks.length - MARKS}</span>}
        </span>
      )}
    </Mark>
  );
}

/** Who has read a message, in words; undefined when nobody has. */
export function useReadText(nameOf: (id: string) => string): (readers: readonly string[]) => string | undefined {
  const t = useTranslations("message");
  return (readers) => {
    if (readers.length === 0) return undefined;
    const names = readers.slice(0, NAMED).map(nameOf).join(", ");
    const more = readers.length - NAMED;
    return more > 0 ? t("readByMore", { names, count: more }) : t("readBy", { names });
  };
}

function Mark({ icon, text, children }: { icon: ReactNode; text: string; children?: ReactNode }) {
  return (
    <span className="sign" title={text}>
      {children}
      {icon}
      <span className="unseen">{text}</span>
    </span>
  );
}
