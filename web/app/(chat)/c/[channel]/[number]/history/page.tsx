import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";

import { Versions } from "@/components/kept/versions";
import { PaneHead } from "@/components/pane_head";
import { TroublePage } from "@/components/trouble";
import { historyPath, messagePath, roomOf, wholeNumber } from "@/lib/addresses";
import { loadHistory } from "@/lib/api_server";

interface Props {
  params: Promise<{ channel: string; number: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("history"))("title") };
}

/** What a message has said: the page of the dialog that the room opens. */
export default async function HistoryPage({ params }: Props) {
  const { channel, number: written } = await params;
  const number = wholeNumber(written);
  if (number === undefined || !roomOf(messagePath(channel, number).split("#")[0] ?? "")) notFound();
  const [t, words, { data, trouble }] = await Promise.all([
    getTranslations("history"),
    getTranslations("pins"),
    loadHistory(channel, number, historyPath(channel, number)),
  ]);
  if (trouble) return <TroublePage code={trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <p className="quiet">
          {t("by", { name: data.author.name })}{" "}
          <Link href={messagePath(channel, number)} prefetch={false}>
            {words("go")}
          </Link>
        </p>
        <Versions history={data} />
      </div>
    </main>
  );
}
