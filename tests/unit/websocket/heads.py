"""A HTTP connection of ours over a real transport, with a clock of the tests' own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any, cast

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.config import Config
from uvicorn.server import ServerState

from hubbub.websocket.handshake import RequestHead
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.takeover import TakeoverProtocol
from hubbub.websocket.upgrades import Route, Upgrades
from tests.contract.links import ManualScheduler, ManualTimer, Recorder

KEY = b"m3xNMIzhueJyd3N66EAK6w=="
UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n\r\n"
)
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n"


class ManualLoop(ManualScheduler):
    """The clock is ours, the rest is the real loop's."""

    def __init__(self) -> None:
        super().__init__()
        self.real = asyncio.get_running_loop()

    def call_later(self, delay: float, callback: Callable[..., object], /, *values: object) -> ManualTimer:
        return super().call_later(delay, lambda: callback(*values))

    def create_task(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        return self.real.create_task(work)

    def add_reader(self, fd: int, callback: Callable[[], object], /) -> object:
        return self.real.add_reader(fd, callback)

    def remove_reader(self, fd: int, /) -> object:
        return self.real.remove_reader(fd)


class App:
    """An ASGI application that answers with the body it got, when `gate` opens; remembers the scopes."""

    def __init__(self) -> None:
        self.scopes: list[Mapping[str, Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        self.scopes.append(cast("Mapping[str, Any]", scope))
        body, more = b"", True
        while more:
            event = cast("dict[str, Any]", await receive())
            body += event.get("body", b"")
            more = event.get("more_body", False)
        await self.gate.wait()
        length = str(len(body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a TCP connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
        return ours, client


class Door:
    """The server's side of one connection, and the client's socket."""

    def __init__(self, limits: WireLimits, *, takeover: bool) -> None:
        self.loop = ManualLoop()
        self.app = App()
        self.handler = Recorder()
        self.session: object = "somebody"
        self.asked: list[RequestHead] = []
        self.answer = asyncio.Event()
        self.answer.set()
        loop = cast("asyncio.AbstractEventLoop", self.loop)
        self.upgrades = Upgrades(loop, limits, {"/socket": Route(self.handler, self.authorize)}, takeover=takeover)
        self.state = ServerState()
        config = Config(self.app, ws="none", lifespan="off", log_config=None)
        config.load()
        self.protocol = TakeoverProtocol(self.upgrades, config, self.state, {}, loop)
        self.ended = False
        self.client: socket.socket

    async def authorize(self, request: RequestHead) -> object:
        self.asked.append(request)
        await self.answer.wait()
        if isinstance(self.session, Exception):
            raise self.session
        return self.session

    async def open(self, *, tcp: bool = False) -> None:
        ours, self.client = tcp_pair() if tcp else socket.socketpair()
        self.client.setblocking(False)
        await self.loop.real.connect_accepted_socket(lambda: self.protocol, ours)

    async def settle(self) -> None:
        for _ in range(12):
            await asyncio.sleep(0)
            self.loop.run()

    async def send(self, *pieces: bytes) -> bytes:
        """Send, each piece after the one before was taken, and return what came back."""
        for piece in pieces:
            await self.settle()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await asyncio.wait_for(self.loop.real.sock_sendall(self.client, piece), 10)
        return await self.read()

    async def read(self) -> bytes:
        data = b""
        await self.settle()
        while not self.ended:
            try:
                piece = self.client.recv(1 << 16)
            except BlockingIOError:
                break
            except ConnectionResetError:
                piece = b""
            self.ended = not piece
            data += piece
        return data

    async def advance(self, seconds: float) -> bytes:
        end = self.loop.time() + seconds
        while (due := self.loop.next_time()) is not None and due <= end:
            self.loop.set_time(max(due, self.loop.time()))
            await self.settle()
        self.loop.set_time(end)
        return await self.read()

    async def close(self) -> None:
        self.client.close()
        self.answer.set()
        self.app.gate.set()
        await self.settle()
        if self.upgrades.poller is not None:
            self.upgrades.poller.detach(self.loop)
            self.upgrades.poller.close()
        self.upgrades.transports.stop()
        await self.settle()
        for connection in list(self.state.connections):
            connection.transport.abort()
        await self.settle()


@contextlib.asynccontextmanager
async def open_door(
    limits: WireLimits | None = None, *, takeover: bool = True, tcp: bool = False
) -> AsyncIterator[Door]:
    door = Door(limits or WireLimits(), takeover=takeover)
    await door.open(tcp=tcp)
    try:
        yield door
    finally:
        await door.close()


def status_of(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def code_of(response: bytes) -> str:
    """Our error code in a problem (RFC 9457)."""
    code: str = json.loads(response.partition(b"\r\n\r\n")[2])["code"]
    return code
