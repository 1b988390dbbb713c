import { roomMetadata, RoomPage } from "@/components/room/room_page";

type Props = PageProps<"/c/[channel]/members">;

export async function generateMetadata({ params }: Props) {
  return roomMetadata((await params).channel);
}

export default async function MembersPage({ params, searchParams }: Props) {
  const [{ channel }, query] = await Promise.all([params, searchParams]);
  return <RoomPage channel={channel} panelError={query.error} />;
}
