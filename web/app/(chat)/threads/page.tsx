import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { PaneHead } from "@/components/pane_head";
import { ThreadList } from "@/components/thread/thread_list";
import { TroublePage } from "@/components/trouble";
import { threadsPath } from "@/lib/addresses";
import { loadSnapshot, loadThreads } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("thread"))("list") };
}

/** The threads one follows; where something was said last comes first. */
export default async function ThreadsPage() {
  const here = threadsPath();
  const [t, state, threads] = await Promise.all([getTranslations("thread"), loadSnapshot({}, here), loadThreads(here)]);
  if (state.trouble) return <TroublePage code={state.trouble.code} />;
  if (threads.trouble) return <TroublePage code={threads.trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("list")} />
      <div className="pane-body">
        <h1>{t("list")}</h1>
        <p className="quiet">{t("listLead")}</p>
        <ThreadList served={state.data} threads={threads.data} />
      </div>
    </main>
  );
}
