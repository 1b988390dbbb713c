import { Compass } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
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
        <Link className="button primary" href="/" prefetch={false}>
          {t("home")}
        </Link>
      </div>
    </main>
  );
}
