import { Compass } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { Brand } from "@/components/brand";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("notFound"))("title") };
}

export default async function NotFound() {
  const t = await getTranslations("notFound");
  return (
    <main className="stage">
      <Brand />
      <div className="card">
        <span className="picture">
          <Compass aria-hidden />
        </span>
        <h1>{t("title")}</h1>
        <p className="lead">{t("lead")}</p>
        <a className="button primary" href="/">
          {t("home")}
        </a>
      </div>
    </main>
  );
}
