"""An echo server over the real stack, for conformance: uvicorn, the takeover, and the link path asked for.

    python -m tests.contract.echo_server --path poller|transport [--port 0]

Prints the port on its first line, then serves until its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from hubbub.errors import CloseCode
from hubbub.websocket.deflate import deflate
from hubbub.websocket.frames import BINARY, FIN, RSV1, TEXT, encode_frame
from hubbub.websocket.handshake import RequestHead
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Handler, Link
from hubbub.websocket.takeover import make_http_protocol
from hubbub.websocket.upgrades import Route, Upgrades

MIB = 1024 * 1024

# The suite's largest message has 16 MiB, its most fragments 65,536 octets of one each.
ECHO_LIMITS = WireLimits(
    frame_bytes=32 * MIB,
    message_bytes=32 * MIB,
    inflated_bytes=32 * MIB,
    fragments=1 << 20,
    control_frames=1 << 20,
    unsent_bytes=256 * MIB,
    connections_per_address=100_000,
)


class Echo(Handler):
    """Answers compressed whenever that was agreed on: what `Encoded` would leave plain because it does not pay, the
    suite takes for an error."""

    def on_message(self, link: Link, payload: bytes) -> None:
        link.send(echo_of(TEXT, payload, link.deflate_bits))

    def on_binary(self, link: Link, payload: bytes) -> None:
        link.send(echo_of(BINARY, payload, link.deflate_bits))


def echo_of(opcode: int, payload: bytes, bits: int) -> bytes:
    if bits == 0:
        return encode_frame(opcode, payload)
    (packed,) = deflate((payload,), bits)
    return encode_frame(opcode, packed, flags=FIN | RSV1)


async def let_in(request: RequestHead) -> None:
    """Everyone may."""


async def not_found(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def serve(*, takeover: bool, port: int) -> None:
    loop = asyncio.get_running_loop()
    routes = {"/": Route(Echo(), let_in, any_origin=True)}
    upgrades = Upgrades(loop, ECHO_LIMITS, routes, takeover=takeover)
    config = uvicorn.Config(
        not_found,
        host="127.0.0.1",
        port=port,
        http=make_http_protocol(upgrades),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    await upgrades.close(CloseCode.GOING_AWAY)
    await server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description="Echo WebSocket messages.")
    parser.add_argument("--path", choices=("poller", "transport"), default="poller")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop")
    given = parser.parse_args()
    factory = None
    if given.loop == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(takeover=given.path == "poller", port=given.port))


if __name__ == "__main__":
    main()
