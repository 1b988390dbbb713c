import { Bookmark } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { SavedMessages } from "@/components/kept/saved_messages";
import { PaneHead } from "@/components/pane_head";
import { TroublePage } from "@/components/trouble";
import { savedPath, wholeNumber } from "@/lib/addresses";
import { loadSaved } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("saved"))("title") };
}

interface Props {
  searchParams: Promise<{ before?: string | string[] }>;
}

/** What one has put aside for oneself, the newest first. */
export default async function SavedPage({ searchParams }: Props) {
  const before = wholeNumber((await searchParams).before);
  const [t, { data, trouble }] = await Promise.all([getTranslations("saved"), loadSaved(before, savedPath(before))]);
  if (trouble) return <TroublePage code={trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <p className="quiet">{t("lead")}</p>
        {data.saved.length === 0 ? (
          <div className="panel-none">
            <span className="picture">
              <Bookmark aria-hidden />
            </span>
            <h2>{t("none")}</h2>
            <p>{t("noneLead")}</p>
          </div>
        ) : (
          <SavedMessages key={before} page={data} first={before === undefined} />
        )}
      </div>
    </main>
  );
}
