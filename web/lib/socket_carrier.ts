/** The WebSocket as a carrier: hello when it opens, commands by number, each answered once. */

import { Refusal } from "./api_client.ts";
import type { Carrier, Command, Ears } from "./carrier.ts";
import type { AnyFrame, Failure, Ok } from "./protocol.gen.ts";
import { CLOSE_CODES } from "./protocol.gen.ts";

/** The part of the standard WebSocket that is used. */
export interface Wire {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

/** More commands than this without an answer, and something is wrong; further ones are refused at once. */
export const IN_FLIGHT = 128;

interface Waiting {
  resolve(ok: Ok): void;
  reject(error: Refusal): void;
}

export class SocketCarrier implements Carrier {
  readonly #wire: Wire;
  readonly #ears: Ears;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #open = false;
  /** What the server said last about coming back. */
  #pause: number | undefined;

  constructor(wire: Wire, ears: Ears) {
    this.#wire = wire;
    this.#ears = ears;
    wire.onopen = () => this.#greet();
    wire.onmessage = ({ data }) => this.#hear(data);
    wire.onclose = ({ code }) => this.#lose(code);
    wire.onerror = () => undefined; // onclose follows
  }

  request(command: Command): Promise<Ok> {
    if (!this.#open) return Promise.reject(new Refusal("disconnected", true));
    if (this.#waiting.size >= IN_FLIGHT) return Promise.reject(new Refusal("busy", true));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#wire.send(JSON.stringify({ ...command, id }));
    });
  }

  probe(): void {
    this.request({ type: "ping" }).catch(() => undefined);
  }

  close(): void {
    this.#drop();
    this.#wire.close(CLOSE_CODES.NORMAL.code);
  }

  #greet(): void {
    this.#wire.send(JSON.stringify({ type: "hello", ...this.#ears.position() }));
  }

  #hear(data: unknown): void {
    if (typeof data !== "string") return;
    this.#ears.onAlive();
    const frame = JSON.parse(data) as AnyFrame;
    if (frame.type === "ok") this.#take(frame.id)?.resolve(frame);
    else if (frame.type === "error") this.#refuse(frame);
    else {
      if (frame.type === "hello") this.#open = true;
      this.#ears.onFrame(frame);
    }
  }

  #refuse({ id, code, retry, retry_after }: Failure): void {
    // Without a number it is about the connection, which ends next.
    if (id === undefined || id === null) this.#pause = retry_after && retry_after * 1000;
    else this.#take(id)?.reject(new Refusal(code, retry, retry_after));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #lose(code: number): void {
    this.#drop();
    this.#ears.onEnd({ code, pause: this.#pause });
  }

  #drop(): void {
    const wire = this.#wire;
    wire.onopen = wire.onmessage = wire.onclose = null;
    this.#open = false;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(new Refusal("disconnected", true));
  }
}
