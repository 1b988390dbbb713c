/** Which message one is about to answer, for each channel: what the list of messages tells the compose box. */

import type { Quote } from "./protocol.gen.ts";

export class Composing {
  readonly #replies = new Map<string, Quote>();
  readonly #subscribers = new Set<() => void>();

  subscribe = (call: () => void): (() => void) => {
    this.#subscribers.add(call);
    return () => this.#subscribers.delete(call);
  };

  replyIn(channel: string): Quote | undefined {
    return this.#replies.get(channel);
  }

  reply(channel: string, quote: Quote | undefined): void {
    if (quote) this.#replies.set(channel, quote);
    else if (!this.#replies.delete(channel)) return;
    for (const call of this.#subscribers) call();
  }
}
