/**
 * Server-sent events as a carrier, for where a proxy lets no WebSocket through: frames come as a stream, commands go as
 * requests.
 *
 * A fetch that is read on, not an EventSource: this one shows the status it was refused with, and comes back by itself
 * only when told to.
 */

import { refusalOf } from "./api_client.ts";
import { ABNORMAL, type Carrier, type Command, type Ears, type End } from "./carrier.ts";
import { EventParser, type ServerEvent } from "./event_parser.ts";
import type { AnyFrame, Ok } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";

export interface StreamSurroundings {
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Carries a command out by its route. */
  call(command: Command): Promise<Ok>;
}

export class StreamCarrier implements Carrier {
  readonly #around: StreamSurroundings;
  readonly #ears: Ears;
  readonly #abort = new AbortController();
  #ended = false;

  constructor(around: StreamSurroundings, ears: Ears) {
    this.#around = around;
    this.#ears = ears;
    void this.#run();
  }

  request(command: Command): Promise<Ok> {
    return this.#around.call(command);
  }

  probe(): void {
    // The server's heartbeat comes by itself.
  }

  close(): void {
    this.#ended = true;
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    try {
      const cursor = await this.#fetch("/api/events/cursor", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(this.#ears.position()),
      });
      const { cursor: place } = (await cursor.json()) as { cursor: string };
      const stream = await this.#fetch(`/api/events?cursor=${encodeURIComponent(place)}`, {
        headers: { accept: "text/event-stream" },
      });
      await this.#read(stream);
      this.#end({ code: ABNORMAL });
    } catch (error) {
      this.#end(error instanceof Ended ? error.end : { code: ABNORMAL });
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const { signal } = this.#abort;
    const response = await this.#around.fetch(path, { cache: "no-store", credentials: "same-origin", signal, ...init });
    if (!response.ok) throw new Ended(await endOf(response));
    return response;
  }

  async #read(response: Response): Promise<void> {
    const parser = new EventParser((event) => this.#hear(event));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader?.read(); part && !part.done && !this.#ended; part = await reader?.read()) {
      this.#ears.onAlive();
      parser.feed(part.value);
    }
  }

  #hear({ name, data }: ServerEvent): void {
    if (this.#ended || !data) return;
    if (name === "message") this.#ears.onFrame(JSON.parse(data) as AnyFrame);
    else if (name === "close") throw new Ended({ code: (JSON.parse(data) as { code: number }).code });
  }

  #end(end: End): void {
    if (this.#ended) return;
    this.close();
    this.#ears.onEnd(end);
  }
}

class Ended extends Error {
  readonly end: End;

  constructor(end: End) {
    super(`ended with ${end.code}`);
    this.end = end;
  }
}

/** What a refused request means for the connection. */
async function endOf(response: Response): Promise<End> {
  const { code, retry, retryAfter } = refusalOf(await response.json().catch(() => undefined));
  if (code === "not_logged_in") return { code: CLOSE_CODES.SESSION_ENDED.code };
  const pause = retryAfter === undefined ? undefined : retryAfter * 1000;
  return { code: retry ? CLOSE_CODES.TRY_AGAIN_LATER.code : ABNORMAL, pause };
}
