"use client";

import { Bookmark, Inbox, type LucideIcon, MessagesSquare } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";

import { inboxPath, savedPath, threadsPath } from "@/lib/addresses";

interface SideLink {
  /** Its word in `messages/*.json`, under `side.links`. */
  name: "inbox" | "threads" | "saved";
  href: string;
  icon: LucideIcon;
}

const LINKS: readonly SideLink[] = [
  { name: "inbox", href: inboxPath(), icon: Inbox },
  { name: "threads", href: threadsPath(), icon: MessagesSquare },
  { name: "saved", href: savedPath(), icon: Bookmark },
];

/** `counts`: how much waits behind a link; a word for screen readers stands beside it. */
export function SideLinks({ counts = {} }: { counts?: Partial<Record<SideLink["name"], number>> }) {
  const t = useTranslations("side");
  const path = usePathname();
  return (
    <nav className="side-links" aria-label={t("own")}>
      {LINKS.map(({ name, href, icon: Icon }) => {
        const count = counts[name] ?? 0;
        return (
          <Link key={name} href={href} prefetch={false} aria-current={path === href ? "page" : undefined}>
            <Icon aria-hidden />
            <span>{t(`links.${name}`)}</span>
            {count > 0 && (
              <span className="badge">
                <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
                <span className="unseen">{t("waiting", { count })}</span>
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
