import { MessagesSquare } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";

import { TroublePage } from "@/components/trouble";
import { loadSnapshot } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("inbox"))("title") };
}

/** The list of channels alone: the whole page where it is narrow, beside a resting room where it is wide. */
export default async function InboxPage() {
  const [t, words, { data, trouble }] = await Promise.all([
    getTranslations("inbox"),
    getTranslations("side"),
    loadSnapshot({}, "/inbox"),
  ]);
  if (trouble) return <TroublePage code={trouble.code} />;
  const none = data.channels.length === 0;
  return (
    <main className="pane rest" id="main" tabIndex={-1} data-list={!none || undefined}>
      <div className="rest-body">
        <span className="picture">
          <MessagesSquare aria-hidden />
        </span>
        <h1>{none ? t("none") : t("pick")}</h1>
        <p>{none ? t("noneLead") : t("lead")}</p>
        <div className="rest-actions">
          <Link className="button" href="/channels" prefetch={false}>
            {words("browse")}
          </Link>
          <Link className="button" href="/new" prefetch={false}>
            {words("new")}
          </Link>
        </div>
      </div>
    </main>
  );
}
