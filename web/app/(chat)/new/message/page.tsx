import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { PaneHead } from "@/components/pane_head";
import { NewMessageForm } from "@/components/people/new_message_form";
import { TroublePage } from "@/components/trouble";
import { first } from "@/lib/addresses";
import { loadSnapshot } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("newTitle") };
}

export default async function NewMessagePage({ searchParams }: PageProps<"/new/message">) {
  const [t, { data, trouble }, query] = await Promise.all([
    getTranslations("people"),
    loadSnapshot({}, "/new/message"),
    searchParams,
  ]);
  if (trouble) return <TroublePage code={trouble.code} />;
  const together = data.channels.find(({ id }) => id === first(query.with));
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("newTitle")} />
      <div className="pane-body">
        <h1>{t("newTitle")}</h1>
        <p className="lead">{t("newLead")}</p>
        <NewMessageForm
          me={data.user}
          most={data.limits.conversation_people ?? 10}
          chosen={together?.people?.filter(({ id }) => id !== data.user.id) ?? []}
          error={first(query.error)}
        />
      </div>
    </main>
  );
}
