import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { NewChannelForm } from "@/components/new_channel_form";
import { PaneHead } from "@/components/pane_head";
import { TroublePage } from "@/components/trouble";
import { first } from "@/lib/addresses";
import { loadSnapshot } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("new"))("title") };
}

export default async function NewChannelPage({ searchParams }: PageProps<"/new">) {
  const [t, { trouble }, query] = await Promise.all([getTranslations("new"), loadSnapshot({}, "/new"), searchParams]);
  if (trouble) return <TroublePage code={trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <p className="lead">{t("lead")}</p>
        <NewChannelForm name={first(query.name) ?? ""} error={first(query.error)} />
      </div>
    </main>
  );
}
