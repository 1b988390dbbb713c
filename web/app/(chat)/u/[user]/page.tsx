import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";

import { PaneHead } from "@/components/pane_head";
import { Profile } from "@/components/people/profile";
import { TroublePage } from "@/components/trouble";
import { first, personPath } from "@/lib/addresses";
import { loadSnapshot, loadUsers } from "@/lib/api_server";

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("title") };
}

/** Somebody's card as a page of its own: for browsers without JavaScript, and for links. */
export default async function PersonPage({ params, searchParams }: PageProps<"/u/[user]">) {
  const [{ user }, query, t] = await Promise.all([params, searchParams, getTranslations("people")]);
  if (!ULID.test(user)) notFound();
  const [{ data, trouble }, found] = await Promise.all([
    loadSnapshot({}, personPath(user)),
    loadUsers([user], personPath(user)),
  ]);
  if (trouble) return <TroublePage code={trouble.code} />;
  if (found.trouble) return <TroublePage code={found.trouble.code} />;
  const [person] = found.data.users;
  if (!person) notFound();
  return (
    <main className="pane" id="main" tabIndex={-1}>
      <PaneHead title={person.name} />
      <div className="pane-body">
        <h1 className="unseen">{t("card", { name: person.name })}</h1>
        <Profile user={person} me={data.user.id} error={first(query.error)} />
      </div>
    </main>
  );
}
