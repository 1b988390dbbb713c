"use client";

import { TroublePage } from "@/components/trouble";

export default function ErrorPage({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return <TroublePage code={error.digest} retry={retry} />;
}
