/** What is the same in two states becomes the very same object, so that only what is another is rendered anew. Pure. */

import type { ClientState } from "./apply_event.ts";

/** `state` with the parts of `before` that are equal to its own. */
export function sameAsBefore(state: ClientState, before: ClientState | undefined): ClientState {
  if (!before || before.epoch !== state.epoch) return state;
  const room =
    state.room && before.room?.channel.id === state.room.channel.id
      ? {
          ...state.room,
          channel: equal(before.room.channel, state.room.channel) ? before.room.channel : state.room.channel,
          lines: shared(before.room.lines, state.room.lines, ({ seq }) => seq),
          members: state.room.members && shared(before.room.members ?? [], state.room.members, ({ id }) => id),
        }
      : state.room;
  const channels = shared(before.channels, state.channels, ({ id }) => id);
  const users = state.users && shared(before.users ?? [], state.users, ({ id }) => id);
  const next: ClientState = { ...state, channels };
  if (room) next.room = withoutUndefined(room);
  if (users) next.users = users;
  return next;
}

function shared<T extends object>(before: readonly T[], now: T[], key: (item: T) => unknown): T[] {
  const known = new Map(before.map((item) => [key(item), item]));
  const next = now.map((item) => {
    const old = known.get(key(item));
    return old && equal(old, item) ? old : item;
  });
  const whole = next.length === before.length && next.every((item, index) => item === before[index]);
  return whole ? (before as T[]) : next;
}

/** Of what JSON can hold. */
export function equal(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every((name) => name in other && equal(one[name as keyof typeof one], other[name as keyof typeof other]))
  );
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
