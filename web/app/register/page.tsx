import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { AuthForm } from "@/components/auth_form";
import { Brand } from "@/components/brand";
import { Languages } from "@/components/languages";
import { first, safeNext } from "@/lib/addresses";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("register"))("title") };
}

export default async function RegisterPage({ searchParams }: PageProps<"/register">) {
  const [t, query] = await Promise.all([getTranslations("register"), searchParams]);
  const next = safeNext(query.next);
  return (
    <main className="stage">
      <Brand />
      <div className="card">
        <h1>{t("title")}</h1>
        <p className="lead">{t("lead")}</p>
        <AuthForm kind="register" next={next} name={first(query.name) ?? ""} error={first(query.error)} />
        <p className="foot">
          {t("haveAccount")}{" "}
          <a href={next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`}>{t("login")}</a>
        </p>
      </div>
      <Languages />
    </main>
  );
}
