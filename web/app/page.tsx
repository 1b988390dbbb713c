import { redirect } from "next/navigation";

import { TroublePage } from "@/components/trouble";
import { channelPath } from "@/lib/addresses";
import { loadSnapshot } from "@/lib/api_server";
import { byActivity } from "@/lib/state_views";

/** The way in: to the channel where something was said last. */
export default async function Home() {
  const { data, trouble } = await loadSnapshot({}, "/");
  if (trouble) return <TroublePage code={trouble.code} />;
  const [latest] = byActivity(data.channels);
  redirect(latest ? channelPath(latest.id) : "/inbox");
}
