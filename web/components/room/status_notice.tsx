"use client";

import { LoaderCircle, WifiOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState, useSyncExternalStore } from "react";

import { useSession } from "@/components/chat_provider";
import type { Connection } from "@/lib/socket";

/** Short interruptions are nobody's business. */
const GRACE_MS = 2_500;

/** Says that the connection is lost or that missed events are being fetched, once it has lasted. */
export function StatusNotice({ connection, stale }: { connection: Connection; stale: boolean }) {
  const t = useTranslations("status");
  const session = useSession();
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  const lasting = useLasting(connection !== "open" || stale);
  if (!lasting && online) return <div role="status" />;
  return (
    <div className="status" role="status">
      {online ? <LoaderCircle className="spinner" aria-hidden /> : <WifiOff aria-hidden />}
      <span>{!online ? t("offline") : connection === "open" ? t("catchingUp") : t("reconnecting")}</span>
      {online && connection === "waiting" && (
        <button type="button" onClick={() => session?.reconnect()}>
          {t("again")}
        </button>
      )}
    </div>
  );
}

function useLasting(active: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setLasting(true), GRACE_MS);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [active]);
  return active && lasting;
}

function subscribe(call: () => void) {
  window.addEventListener("online", call);
  window.addEventListener("offline", call);
  return () => {
    window.removeEventListener("online", call);
    window.removeEventListener("offline", call);
  };
}
