import { roomMetadata, RoomPage, wholeNumber } from "@/components/room/room_page";

type Props = PageProps<"/c/[channel]">;

export async function generateMetadata({ params }: Props) {
  return roomMetadata((await params).channel);
}

export default async function ChannelPage({ params, searchParams }: Props) {
  const [{ channel }, query] = await Promise.all([params, searchParams]);
  return <RoomPage channel={channel} before={wholeNumber(query.before)} error={query.error} />;
}
