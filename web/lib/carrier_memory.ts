/** What carried the connection, for the next page of this window: a proxy that lets no WebSocket through stays. */

import type { CarrierKind } from "./carrier.ts";

const NAME = "carrier";

export function recallCarrier(): CarrierKind | undefined {
  try {
    return sessionStorage.getItem(NAME) === "stream" ? "stream" : undefined;
  } catch {
    return undefined; // storage is off
  }
}

export function rememberCarrier(kind: CarrierKind | undefined): void {
  try {
    if (kind === "stream") sessionStorage.setItem(NAME, kind);
    else sessionStorage.removeItem(NAME);
  } catch {
    // Storage is off: the next page finds out anew.
  }
}
