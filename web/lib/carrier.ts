/** What a connection is made of, whatever carries it: a WebSocket, or an event stream beside requests. */

import type { AnyFrame, AnyNumbered, Hello, Ok } from "./protocol.gen.ts";

export type CarrierKind = "socket" | "stream";

/** A command before it has its number. */
export type Command = AnyNumbered extends infer C ? (C extends { id: number } ? Omit<C, "id"> : never) : never;

/** Where to resume from. */
export type Position = Pick<Hello, "streams" | "epoch">;

/** How a carrier tells what happens to it; after `onEnd` it tells nothing more. */
export interface Ears {
  /** Asked once, when the other end can be greeted. */
  position(): Position;
  /** Everything but the answers to commands, in the order the server sent it. */
  onFrame(frame: AnyFrame): void;
  /** Something arrived, be it only a heartbeat. */
  onAlive(): void;
  onEnd(end: End): void;
}

/** Why it ended: a close code, and for how many milliseconds the server does not want to see us, where it said so. */
export interface End {
  code: number;
  pause?: number | undefined;
}

/** One connection, from its opening to its end, once. */
export interface Carrier {
  /** The server's answer; raises `Refusal`, with `disconnected` when the connection ends first. */
  request(command: Command): Promise<Ok>;
  /** Makes the other end say something, if it is there; where nothing can be asked, its own heartbeat has to do. */
  probe(): void;
  /** Ends it without a further word to the ears. */
  close(): void;
}

/** Nobody said goodbye (RFC 6455, section 7.1.5). */
export const ABNORMAL = 1006;
