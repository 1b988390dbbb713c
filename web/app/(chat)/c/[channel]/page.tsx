import { redirect } from "next/navigation";

import { roomMetadata, RoomPage } from "@/components/room/room_page";
import { TroublePage } from "@/components/trouble";
import { channelPath, dayPath, first, messagePath, wholeNumber } from "@/lib/addresses";
import { loadDay } from "@/lib/api_server";
import { readPreferences } from "@/lib/preferences";

type Props = PageProps<"/c/[channel]">;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export async function generateMetadata({ params }: Props) {
  return roomMetadata((await params).channel);
}

export default async function ChannelPage({ params, searchParams }: Props) {
  const [{ channel }, query] = await Promise.all([params, searchParams]);
  const day = first(query.on);
  if (day !== undefined && DAY.test(day)) {
    // A day's page is that of its first message, so that a browser without JavaScript comes to its line too.
    const { timeZone } = await readPreferences();
    const { data, trouble } = await loadDay(channel, day, timeZone, dayPath(channel, day));
    if (trouble) return <TroublePage code={trouble.code} />;
    redirect(data.number ? messagePath(channel, data.number) : channelPath(channel));
  }
  return (
    <RoomPage
      channel={channel}
      before={wholeNumber(query.before)}
      after={wholeNumber(query.after)}
      error={query.error}
    />
  );
}
