"""The whole stack over TCP: uvicorn, on both event loops, with and without TLS, on both kinds of link."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn
import uvloop
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from hubbub.errors import CloseCode
from hubbub.websocket.frames import CLOSE, FIN, PING, PONG, TEXT, encode_close, encode_frame
from hubbub.websocket.handshake import RequestHead
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Handler, Link
from hubbub.websocket.takeover import make_http_protocol
from hubbub.websocket.transport import TransportLink
from hubbub.websocket.upgrades import Route, Upgrades
from tests.contract.links import client_frame

TLS = Path(__file__).parent / "tls"
KEY = b"m3xNMIzhueJyd3N66EAK6w=="
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
KINDS = ("poller", "transport", "tls")
LIMITS = WireLimits(unsent_bytes=1 << 20, close_seconds=2)


class Echo(Handler):
    def __init__(self) -> None:
        self.links: list[Link] = []
        self.codes: list[int] = []

    def on_open(self, link: Link) -> None:
        self.links.append(link)

    def on_message(self, link: Link, payload: bytes) -> None:
        link.send_text(payload)

    def on_close(self, link: Link, code: int) -> None:
        self.codes.append(code)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def upgrade(self, behind: bytes = b"") -> bytes:
        self.writer.write(
            b"GET /socket HTTP/1.1\r\nHost: h\r\nOrigin: https://h\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n\r\n" + behind
        )
        return await self.reader.readuntil(b"\r\n\r\n")

    async def expect(self, octets: bytes) -> None:
        assert await self.reader.readexactly(len(octets)) == octets

    async def expect_the_end(self) -> None:
        assert await self.reader.read() == b""


class Stack:
    def __init__(self, kind: str, upgrades: Upgrades, handler: Echo, port: int) -> None:
        self.kind = kind
        self.upgrades = upgrades
        self.handler = handler
        self.port = port

    async def everybody_gone(self) -> None:
        """Until the last connection is no longer counted."""
        while self.upgrades.connections:  # noqa: ASYNC110 - what is waited for is in the server
            await asyncio.sleep(0.01)

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Client]:
        trusted = ssl.create_default_context(cafile=TLS / "certificate.pem") if self.kind == "tls" else None
        name = "localhost" if trusted else None
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=trusted, server_hostname=name)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def let_in(request: RequestHead) -> str:
    return "somebody"


async def hello(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello", "more_body": False})


@contextlib.asynccontextmanager
async def serve(kind: str) -> AsyncIterator[Stack]:
    handler = Echo()
    loop = asyncio.get_running_loop()
    upgrades = Upgrades(loop, LIMITS, {"/socket": Route(handler, let_in)}, takeover=kind != "transport")
    config = uvicorn.Config(
        hello,
        host="127.0.0.1",
        port=0,
        http=make_http_protocol(upgrades),
        ws="none",
        lifespan="off",
        log_config=None,
        ssl_certfile=TLS / "certificate.pem" if kind == "tls" else None,
        ssl_keyfile=TLS / "key.pem" if kind == "tls" else None,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield Stack(kind, upgrades, handler, server.servers[0].sockets[0].getsockname()[1])
    finally:
        await upgrades.close(CloseCode.GOING_AWAY)
        await server.shutdown()


def on_both_loops(test: Callable[[Stack], object]) -> Callable[[str, str], None]:
    """Run `test`, a coroutine function of a running stack, on each event loop and kind of link."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("loop", LOOPS)
    def run(loop: str, kind: str) -> None:
        async def work() -> None:
            async with serve(kind) as stack:
                await asyncio.wait_for(test(stack), 30)  # type: ignore[arg-type]

        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(work())

    run.__name__ = getattr(test, "__name__", "run")
    run.__doc__ = test.__doc__
    return run


@on_both_loops
async def test_a_socket_is_opened_used_and_closed(stack: Stack) -> None:
    async with stack.connect() as client:
        assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")
        client.writer.write(client_frame(TEXT, b"hello"))
        await client.expect(encode_frame(TEXT, b"hello"))
        client.writer.write(client_frame(CLOSE, (1000).to_bytes(2, "big")))
        await client.expect(encode_close(1000))
        await client.expect_the_end()
    assert stack.handler.codes == [1000]


@on_both_loops
async def test_octets_behind_the_head_are_answered(stack: Stack) -> None:
    async with stack.connect() as client:
        await client.upgrade(client_frame(PING, b"now") + client_frame(TEXT, b"early"))
        await client.expect(encode_frame(PONG, b"now") + encode_frame(TEXT, b"early"))


@on_both_loops
async def test_tls_and_forced_transports_are_not_taken_over(stack: Stack) -> None:
    async with stack.connect() as client:
        await client.upgrade()
        (link,) = stack.handler.links
        assert isinstance(link, TransportLink) == (stack.kind != "poller")


@on_both_loops
async def test_what_breaks_the_protocol_hears_why_and_then_the_end(stack: Stack) -> None:
    async with stack.connect() as client:
        await client.upgrade()
        client.writer.write(encode_frame(TEXT, b"not masked") + bytes(10_000))
        await client.expect(encode_close(CloseCode.PROTOCOL_ERROR, "A client's frame is not masked."))
        await client.expect_the_end()


@on_both_loops
async def test_a_client_that_hangs_up_is_forgotten(stack: Stack) -> None:
    async with stack.connect() as client:
        await client.upgrade()
    await stack.everybody_gone()
    assert stack.handler.codes == [1006]


@on_both_loops
async def test_a_reader_that_never_reads_is_bounded_and_dropped(stack: Stack) -> None:
    async with stack.connect() as client:
        await client.upgrade()
        (link,) = stack.handler.links
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        count = 0
        while not link.closed and count < 1000:
            link.send_text(b"x" * 60_000)
            count += 1
            await asyncio.sleep(0)
        assert link.closed
        await stack.everybody_gone()
        assert stack.handler.codes == [CloseCode.TOO_SLOW]


@on_both_loops
async def test_a_pausing_owner_holds_the_client_back(stack: Stack) -> None:
    async with stack.connect() as client:
        await client.upgrade()
        (link,) = stack.handler.links
        link.pause()
        client.writer.write(client_frame(TEXT, b"wait"))
        await asyncio.sleep(0.05)
        assert link._receiver is None
        link.resume()
        await client.expect(encode_frame(TEXT, b"wait"))


@on_both_loops
async def test_the_end_of_the_server_is_told_and_bounded(stack: Stack) -> None:
    async with stack.connect() as polite, stack.connect() as rude:
        await polite.upgrade()
        await rude.upgrade()
        closing = asyncio.create_task(stack.upgrades.close(CloseCode.RESTART, "back soon"))
        await polite.expect(encode_close(CloseCode.RESTART, "back soon"))
        polite.writer.write(client_frame(CLOSE, (1012).to_bytes(2, "big")))
        await polite.expect_the_end()
        await closing
        assert stack.upgrades.connections == 0


@on_both_loops
async def test_ordinary_requests_are_served_beside(stack: Stack) -> None:
    async with stack.connect() as client:
        client.writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        await client.expect(b"hello")
        assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")
        client.writer.write(client_frame(TEXT, b"on", flags=FIN))
        await client.expect(encode_frame(TEXT, b"on"))
