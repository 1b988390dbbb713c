/** The other tabs of this browser: telling them something, and doing something only one at a time. */

/** Never raises; where the browser has no BroadcastChannel the tabs do not know of each other. */
export class Tabs<T> {
  readonly #name: string;
  readonly #channel: BroadcastChannel | undefined;

  constructor(name: string, onTold: (message: T) => void) {
    this.#name = name;
    this.#channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(name);
    this.#channel?.addEventListener("message", ({ data }) => onTold(data as T));
  }

  tell(message: T): void {
    this.#channel?.postMessage(message);
  }

  /**
   * Runs `call` while no other tab runs one of the same `subject`. After `most` milliseconds it runs all the same: the
   * other may be frozen. So it does where there are no locks, as over plain HTTP.
   */
  async alone(subject: string, most: number, call: () => Promise<void>): Promise<void> {
    if (typeof navigator === "undefined" || !navigator.locks) return call();
    let running = false;
    const run = () => {
      running = true;
      return call();
    };
    try {
      await navigator.locks.request(`${this.#name} ${subject}`, { signal: AbortSignal.timeout(most) }, run);
    } catch (error) {
      if (running) throw error;
      await call();
    }
  }

  /**
   * Runs `call` unless another tab is running one of the same `subject`; gives whether it did. Where there are no locks,
   * as over plain HTTP, it does.
   */
  async claim(subject: string, call: () => Promise<void>): Promise<boolean> {
    let ran = false;
    const run = () => {
      ran = true;
      return call();
    };
    if (typeof navigator === "undefined" || !navigator.locks) await run();
    else await navigator.locks.request(`${this.#name} ${subject}`, { ifAvailable: true }, (lock) => lock && run());
    return ran;
  }

  /** Waits until no other tab runs a claim of `subject`: for ever, should that tab be frozen. */
  async freed(subject: string): Promise<void> {
    if (typeof navigator === "undefined" || !navigator.locks) return;
    await navigator.locks.request(`${this.#name} ${subject}`, { mode: "shared" }, () => undefined);
  }

  close(): void {
    this.#channel?.close();
  }
}
