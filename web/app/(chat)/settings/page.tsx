import type { Metadata } from "next";
import { getNow, getTranslations } from "next-intl/server";

import { LogOutForm } from "@/components/log_out_form";
import { NotificationForm } from "@/components/notifications/notification_form";
import { PaneHead } from "@/components/pane_head";
import { SettingsForm } from "@/components/settings_form";
import { TroublePage } from "@/components/trouble";
import { loadSnapshot } from "@/lib/api_server";
import { readPreferences } from "@/lib/preferences";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function SettingsPage() {
  const [t, { data, trouble }, { theme, layout, density, contrast, keys, order, previews, locale }, now] =
    await Promise.all([getTranslations("settings"), loadSnapshot({}, "/settings"), readPreferences(), getNow()]);
  if (trouble) return <TroublePage code={trouble.code} />;
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={t("title")} />
      <div className="pane-body">
        <h1>{t("title")}</h1>
        <p className="lead">{t("lead")}</p>
        <SettingsForm
          theme={theme}
          layout={layout}
          density={density}
          contrast={contrast}
          keys={keys}
          order={order}
          previews={previews}
          locale={locale}
        />
        <NotificationForm served={data} now={now.getTime()} />
        <section className="account">
          <h2>{t("account")}</h2>
          <p className="quiet">{t("loggedInAs", { name: data.user.name })}</p>
          <LogOutForm />
        </section>
      </div>
    </main>
  );
}
