/** When to look whether a connection still holds: whatever a browser tells of sleep, of networks and of coming back. */

/** Calls `call` at each of these moments; returns how to stop that. */
export function onWake(call: () => void): () => void {
  const stop = new AbortController();
  const listen = (target: EventTarget | undefined, type: string, then = call) =>
    target?.addEventListener(type, then, { signal: stop.signal });
  listen(document, "visibilitychange", () => document.visibilityState === "visible" && call());
  listen(document, "resume");
  listen(window, "pageshow");
  listen(window, "online");
  // Another network without a moment offline; not in every browser.
  listen((navigator as { connection?: EventTarget }).connection, "change");
  return () => stop.abort();
}
