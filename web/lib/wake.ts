/** What a browser tells of sleep, of networks, and of the person before it. */

/** Calls `call` when a connection may not be what it seems, or may work again; returns how to stop that. */
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

const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "focus"] as const;
/** Not for every pixel a pointer moves. */
const LOOK_MS = 10_000;

/** Calls `call` when somebody is there, every few seconds at most; returns how to stop that. */
export function onAttention(call: () => void): () => void {
  const stop = new AbortController();
  let last = -Infinity;
  const seen = ({ timeStamp }: Event) => {
    if (document.visibilityState !== "visible" || timeStamp - last < LOOK_MS) return;
    last = timeStamp;
    call();
  };
  const options = { signal: stop.signal, passive: true, capture: true };
  for (const sign of SIGNS) window.addEventListener(sign, seen, options);
  document.addEventListener("visibilitychange", seen, options);
  return () => stop.abort();
}
