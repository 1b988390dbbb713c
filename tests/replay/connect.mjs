/* The pages' own connection, without a page: their socket, their carriers and their reducer against a real server.

   Arguments: the server's address, the session's cookie, "blocked" where no WebSocket gets through.
   Standard output, one JSON object a line: {connection}, {carriedBy} with each hello, {event}, {reset}, {answer} or
   {refusal} of a command, {state} when asked for. Standard input, one a line: a command to carry out, or
   {"type": "state"}, {"type": "unblock"}, {"type": "wake"} as when a laptop is opened. Its clock runs thirty times as fast as the one on the wall. */

import { createInterface } from "node:readline";

import { applyEvent, positionsOf } from "../../web/lib/apply_event.ts";
import { callCommand } from "../../web/lib/commands.ts";
import { Socket } from "../../web/lib/socket.ts";
import { SocketCarrier } from "../../web/lib/socket_carrier.ts";
import { StreamCarrier } from "../../web/lib/stream_carrier.ts";

const HURRY = 30;
const [server, cookie, mode] = process.argv.slice(2);
const headers = { cookie, origin: server };
let blocked = mode === "blocked";

const fetchAnywhere = globalThis.fetch;
globalThis.fetch = (path, init) =>
  fetchAnywhere(new URL(path, server), { ...init, headers: { ...init.headers, ...headers } });

function open(kind, ears) {
  if (kind === "stream") return new StreamCarrier({ fetch: globalThis.fetch, call: callCommand }, ears);
  // Port 9 discards, or refuses: as a proxy does that knows nothing of WebSockets.
  const address = blocked ? "ws://127.0.0.1:9" : server.replace("http", "ws");
  return new SocketCarrier(new WebSocket(`${address}/socket`, { headers }), ears);
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let state = await (await fetch("/api/snapshot", {})).json();

const socket = new Socket(
  {
    open,
    setTimeout: (call, ms) => setTimeout(call, ms / HURRY),
    clearTimeout,
    now: () => performance.now() * HURRY,
    random: Math.random,
  },
  {
    position: () => ({ streams: positionsOf(state), epoch: state.epoch }),
    onFrame(frame) {
      if (frame.type === "hello") say({ carriedBy: socket.carriedBy });
      else if (frame.type === "reset") say({ reset: frame.stream });
      else if (frame.seq !== undefined) {
        state = applyEvent(state, frame);
        say({ event: frame });
      }
    },
    onConnection: (connection) => say({ connection }),
    onEnd: (code) => say({ end: code }),
  },
);
socket.start();

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.type === "state") say({ state });
  else if (command.type === "unblock") blocked = false;
  else if (command.type === "wake") socket.wake();
  else socket.request(command).then(
    (answer) => say({ answer }),
    (error) => say({ refusal: error.code }),
  );
}
process.exit(0);
