import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";

import { PaneHead } from "@/components/pane_head";
import { ShortcutList } from "@/components/shortcuts/shortcut_list";
import { TroublePage } from "@/components/trouble";
import { settingsPath, shortcutsPath } from "@/lib/addresses";
import { loadSnapshot } from "@/lib/api_server";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("shortcuts"))("title") };
}

/** What the keyboard does, also for whoever does not know the key that shows it. */
export default async function ShortcutsPage() {
  const [t, { trouble }] = await Promise.all([getTranslations("shortcuts"), loadSnapshot({}, shortcutsPath())]);
  if (trouble) return <TroublePage code={trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <p className="lead">
          {t.rich("note", {
            link: (text) => (
              <Link href={settingsPath()} prefetch={false}>
                {text}
              </Link>
            ),
          })}
        </p>
        <ShortcutList />
      </div>
    </main>
  );
}
