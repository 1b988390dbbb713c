import { roomMetadata, RoomPage } from "@/components/room/room_page";

interface Props {
  params: Promise<{ channel: string }>;
  searchParams: Promise<{ error?: string | string[] }>;
}

export async function generateMetadata({ params }: Props) {
  return roomMetadata((await params).channel);
}

/** A room, and beside it what is pinned there. */
export default async function PinsPage({ params, searchParams }: Props) {
  const [{ channel }, query] = await Promise.all([params, searchParams]);
  return <RoomPage channel={channel} panelError={query.error} pins />;
}
