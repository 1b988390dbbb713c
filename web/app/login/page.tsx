import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { AuthForm } from "@/components/auth_form";
import { Brand } from "@/components/brand";
import { Languages } from "@/components/languages";
import { first, safeNext } from "@/lib/addresses";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("login"))("title") };
}

export default async function LogInPage({ searchParams }: PageProps<"/login">) {
  const [t, query] = await Promise.all([getTranslations("login"), searchParams]);
  const next = safeNext(query.next);
  return (
    <main className="stage">
      <Brand />
      <div className="card">
        <h1>{t("title")}</h1>
        <p className="lead">{t("lead")}</p>
        <AuthForm kind="login" next={next} name={first(query.name) ?? ""} error={first(query.error)} />
        <p className="foot">
          {t("noAccount")}{" "}
          <a href={next === "/" ? "/register" : `/register?next=${encodeURIComponent(next)}`}>{t("register")}</a>
        </p>
      </div>
      <Languages />
    </main>
  );
}
