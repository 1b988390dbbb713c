"use client";

import { LoaderCircle, WifiOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";

import { useSession } from "@/components/chat_provider";
import { useLasting } from "@/components/use_lasting";
import type { Connection } from "@/lib/socket";

/** Says that the connection is lost or that missed events are being fetched, once it has lasted; over the list, so that
 * nothing moves. */
export function StatusNotice({ connection, stale }: { connection: Connection; stale: boolean }) {
  const t = useTranslations("status");
  const session = useSession();
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  const lasting = useLasting(connection !== "open" || stale);
  const words = !online ? t("offline") : connection === "open" ? t("catchingUp") : t("connecting");
  return (
    <div className="status-place" role="status">
      {(lasting || !online) && (
        <div className="status">
          {online ? <LoaderCircle className="spinner" aria-hidden /> : <WifiOff aria-hidden />}
          <span>{words}</span>
          {online && connection === "waiting" && (
            <button type="button" onClick={() => session?.reconnect()}>
              {t("again")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function subscribe(call: () => void) {
  window.addEventListener("online", call);
  window.addEventListener("offline", call);
  return () => {
    window.removeEventListener("online", call);
    window.removeEventListener("offline", call);
  };
}
