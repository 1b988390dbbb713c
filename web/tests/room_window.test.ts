import { afterEach, describe, expect, test, vi } from "vitest";

import type { ClientState } from "@/lib/apply_event";
import type { RoomView, Snapshot } from "@/lib/protocol.gen.ts";
import { RoomWindow } from "@/lib/room_window";

import { message, room, snapshot } from "./make";

/** A server that answers when it is told to, in any order. */
function serve() {
  const answers: ((body: object) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise((resolve) => answers.push((body) => resolve(Response.json(body)))));
  return async (which: number, body: object) => {
    answers[which]?.(body);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
}

function open(state: ClientState) {
  let now = state;
  const shown = () => now.room?.lines.map((line) => (line.type === "message.posted" ? line.number : 0));
  const show = (next: ClientState) => {
    now = next;
  };
  const take = (fresh: Snapshot) => show({ ...now, ...fresh });
  const enter = ({ room: fresh }: RoomView) => {
    show({ ...now, room: fresh });
    return true;
  };
  return { window: new RoomWindow({ settled: () => now, show, take, enter }), shown, take };
}

const around = (...numbers: number[]) =>
  snapshot({ room: room({ lines: numbers.map((number) => message(number)), older: true, newer: true }) });

afterEach(() => vi.unstubAllGlobals());

describe("a window of lines", () => {
  test("of two jumps the later one counts, whichever is answered first", async () => {
    const answer = serve();
    const { window, shown } = open(around(50, 51));
    const jumps = [window.showAround(10), window.showAround(90)];
    await answer(1, around(90, 91));
    await answer(0, around(10, 11));
    await Promise.all(jumps);
    expect(shown()).toEqual([90, 91]);
  });

  test("an older page that comes late is not put before another window", async () => {
    const answer = serve();
    const { window, shown, take } = open(around(50, 51));
    const loading = window.loadOlder();
    take(around(90, 91));
    await answer(0, { messages: [message(48), message(49)], older: true });
    expect(await loading).toBe(false);
    expect(shown()).toEqual([90, 91]);
  });

  test("the way to the newest line is not gone on with in another window", async () => {
    const answer = serve();
    const { window, shown, take } = open(around(50, 51));
    const loading = window.loadNewer();
    await answer(0, { messages: [message(52)] });
    take(around(10, 11));
    await answer(1, snapshot({ room: room({ lines: [message(51), message(52)] }) }));
    await loading;
    expect(shown()).toEqual([10, 11]);
  });
});
