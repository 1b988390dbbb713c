import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ChannelBrowser } from "@/components/channel_browser";
import { PaneHead } from "@/components/pane_head";
import { TroublePage } from "@/components/trouble";
import { first } from "@/lib/addresses";
import { loadChannels } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("channels"))("title") };
}

export default async function ChannelsPage({ searchParams }: PageProps<"/channels">) {
  const [t, { data, trouble }, query] = await Promise.all([
    getTranslations("channels"),
    loadChannels("/channels"),
    searchParams,
  ]);
  if (trouble) return <TroublePage code={trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <p className="lead">{t("lead")}</p>
        <ChannelBrowser listed={data.channels} wanted={first(query.q) ?? ""} />
      </div>
    </main>
  );
}
