import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { InboxList } from "@/components/inbox/inbox_list";
import { PaneHead } from "@/components/pane_head";
import { TroublePage } from "@/components/trouble";
import { first, inboxPath, type InboxPart } from "@/lib/addresses";
import { loadInbox, loadSnapshot } from "@/lib/api_server";

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const PARTS: readonly string[] = ["unread", "mention", "reply"];

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mine"))("title") };
}

/** What is addressed to the reader, of all channels. */
export default async function MinePage({ searchParams }: Props) {
  const [t, query] = await Promise.all([getTranslations("mine"), searchParams]);
  const asked = first(query.show) ?? "";
  const part = (PARTS.includes(asked) ? asked : "all") as InboxPart;
  const cursor = first(query.cursor);
  const here = inboxPath(part, cursor);
  const [state, inbox] = await Promise.all([loadSnapshot({}, here), loadInbox(part, cursor, here)]);
  if (state.trouble) return <TroublePage code={state.trouble.code} />;
  if (inbox.trouble) return <TroublePage code={inbox.trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <InboxList key={here} served={state.data} inbox={inbox.data} part={part} cursor={cursor} />
      </div>
    </main>
  );
}
