/**
 * What was heard lately, to bring snapshots up to date that were read before it.
 *
 * Invariant: a snapshot that is older than what was heard, or than one that was shown, gets the events kept; where they
 * do not reach back far enough, the stream is marked stale.
 */

import {
  applyEvents,
  channelStream,
  type ClientState,
  markStale,
  positionsOf,
  seqOf,
  userStream,
} from "./apply_event.ts";
import type { AnyEvent, Room, Snapshot } from "./protocol.gen.ts";

/** Events kept to bring older snapshots up to date. */
export const EVENTS_KEPT = 2_000;

export class Heard {
  #recent: AnyEvent[] = [];
  readonly #heads = new Map<string, number>();

  remember(events: readonly AnyEvent[]): void {
    for (const event of events) {
      const stream = streamOf(event);
      // What comes again after a resume does not set the head back.
      this.#heads.set(stream, Math.max(event.seq, this.#heads.get(stream) ?? 0));
    }
    this.#recent = [...this.#recent, ...events].slice(-EVENTS_KEPT);
  }

  /** What is shown is known: a snapshot that was read before it is behind, whether or not the events between were heard. */
  saw(state: Snapshot): void {
    for (const [stream, seq] of Object.entries(positionsOf(state)))
      this.#heads.set(stream, Math.max(seq, this.#heads.get(stream) ?? 0));
  }

  /** `snapshot`, and what was heard since it was read. */
  fold(snapshot: Snapshot): ClientState {
    let state = applyEvents(snapshot, this.#recent);
    for (const [stream, head] of this.#heads) {
      const known = seqOf(state, stream);
      if (known !== undefined && known < head) state = markStale(state, stream);
    }
    return state;
  }

  /** A room that was kept, and what was heard in it since; its summary tells up to which seq that could be added. */
  bring(state: ClientState, room: Room): Room {
    const { id } = room.channel;
    const stream = channelStream(id);
    const alone: ClientState = { ...state, channels: room.member ? [room.channel] : [], room, stale: undefined };
    const since = this.#recent.filter((event) => streamOf(event) === stream && event.seq > room.channel.seq);
    return applyEvents(alone, since).room ?? room;
  }

  /** The log is another: nothing that was heard before has a meaning. */
  forget(): void {
    this.#recent = [];
    this.#heads.clear();
  }
}

function streamOf(event: AnyEvent): string {
  if ("user" in event && typeof event.user === "string") return userStream(event.user);
  return channelStream((event as { channel: string }).channel);
}
