import { notFound } from "next/navigation";

import { RoomPage } from "@/components/room/room_page";
import { wholeNumber } from "@/lib/addresses";

/** One message and what stands around it. */
export default async function MessagePage({ params, searchParams }: PageProps<"/c/[channel]/[number]">) {
  const [{ channel, number }, query] = await Promise.all([params, searchParams]);
  const around = wholeNumber(number);
  if (around === undefined) notFound();
  return <RoomPage channel={channel} around={around} error={query.error} />;
}
