import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";

import { roomMetadata, RoomPage } from "@/components/room/room_page";
import { wholeNumber } from "@/lib/addresses";

interface Props {
  params: Promise<{ channel: string; number: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [t, { title }] = await Promise.all([
    getTranslations("thread"),
    params.then((place) => roomMetadata(place.channel)),
  ]);
  return { title: typeof title === "string" ? `${t("title")} · ${title}` : t("title") };
}

/** One message's thread, beside the room around that message. */
export default async function ThreadPage({ params, searchParams }: Props) {
  const [{ channel, number }, query] = await Promise.all([params, searchParams]);
  const thread = wholeNumber(number);
  if (thread === undefined) notFound();
  return (
    <RoomPage channel={channel} around={wholeNumber(query.at) ?? thread} thread={thread} panelError={query.error} />
  );
}
