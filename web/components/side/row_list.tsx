"use client";

import { Plus } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";

import { ChannelRow } from "@/components/side/channel_row";
import type { ChannelSummary } from "@/lib/protocol.gen.ts";

interface RowListProps {
  kind: "channels" | "people";
  rows: readonly ChannelSummary[];
  open: string | undefined;
  me: string;
  nameOf(id: string): string;
  /** While one searches there is nothing to begin, and an empty section is none. */
  searching: boolean;
}

const NEW = { channels: "/new", people: "/new/message" };

/** A section of the list: its heading, the way to a new one, and its rows. */
export function RowList({ kind, rows, open, me, nameOf, searching }: RowListProps) {
  const t = useTranslations("side");
  const path = usePathname();
  const begin = kind === "channels" ? t("new") : t("newMessage");
  return (
    <nav aria-label={t(kind)} data-walk hidden={searching && rows.length === 0}>
      <div className="side-section">
        <h2 className="side-title">{t(kind)}</h2>
        {!searching && (
          <Link
            className="section-new"
            href={NEW[kind]}
            prefetch={false}
            aria-label={begin}
            title={begin}
            aria-current={path === NEW[kind] ? "page" : undefined}
          >
            <Plus aria-hidden />
          </Link>
        )}
      </div>
      <ul>
        {rows.map((channel) => (
          <ChannelRow
            key={channel.id}
            channel={channel}
            open={channel.id === open}
            me={me}
            author={channel.last && nameOf(channel.last.author)}
          />
        ))}
      </ul>
      {rows.length === 0 && <p className="side-none">{kind === "channels" ? t("noChannel") : t("nobody")}</p>}
    </nav>
  );
}
