"""A TCP proxy between one person and the server that does to their connections what networks do.

What can happen to a connection: bytes late, bytes slow, no bytes for a while, the end in the middle of a frame, a reset
(RST, by SO_LINGER 0), one half closed; to all of a person's: none gets through for a while.

Invariants: bytes that pass are passed unchanged and in order; a connection that ended on one side is ended on the
other; `close` leaves no socket and no task behind.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from tests.faults.harness.frames import FrameTracker, cut_inside

CHUNK: Final = 64 << 10
# Little of what nobody reads stays in the kernel: the server is to feel a stalled reader soon.
RECEIVE_BUFFER: Final = 16 << 10
LINGER_NOT: Final = struct.pack("ii", 1, 0)
HALF_CLOSED_SECONDS: Final = 2.0


class Way(StrEnum):
    """Up is to the server."""

    UP = "up"
    DOWN = "down"


@dataclass(slots=True)
class Pipe:
    """One direction of a connection, and what it is subject to at the moment."""

    source: socket.socket
    target: socket.socket
    delay: float = 0.0
    bytes_per_second: float | None = None
    cut_at: float | None = None
    """Where in the next frame the connection is to end, from 0 to 1."""
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    frames: FrameTracker = field(default_factory=FrameTracker)
    cut: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.flowing.set()

    async def run(self) -> None:
        """Pass bytes on until they end, or are cut."""
        loop = asyncio.get_running_loop()
        while chunk := await loop.sock_recv(self.source, CHUNK):
            await self._hold_back(len(chunk))
            ends = self.frames.feed(chunk)
            at = cut_inside(ends, len(chunk), self.cut_at) if self.cut_at is not None and ends else None
            await loop.sock_sendall(self.target, chunk if at is None else chunk[:at])
            if at is not None:
                self.cut.set()
                return
        self.target.shutdown(socket.SHUT_WR)

    async def _hold_back(self, size: int) -> None:
        await self.flowing.wait()
        wait = self.delay + (size / self.bytes_per_second if self.bytes_per_second else 0.0)
        if wait:
            await asyncio.sleep(wait)


class Connection:
    """One connection of the person, and the one to the server that it is passed on to."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self._sockets = (client, server)
        self.pipes = {Way.UP: Pipe(client, server), Way.DOWN: Pipe(server, client)}
        self._over = asyncio.Event()
        self._tasks: dict[Way, asyncio.Task[None]] = {}
        self._abrupt = False
        self.reset_when_cut = False

    @property
    def is_socket(self) -> bool:
        """Whether it has become a WebSocket, both ways."""
        return all(pipe.frames.upgraded for pipe in self.pipes.values())

    async def run(self) -> None:
        """Pass bytes on, both ways, until the connection is over."""
        self._tasks = {way: asyncio.create_task(pipe.run()) for way, pipe in self.pipes.items()}
        watching = [asyncio.create_task(event.wait()) for event in self._ends()]
        watching.append(asyncio.create_task(self._pumped()))
        try:
            await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*self._tasks.values(), *watching):
                task.cancel()
            await asyncio.wait([*self._tasks.values(), *watching])
            cut = any(pipe.cut.is_set() for pipe in self.pipes.values())
            self._close(abrupt=self._abrupt or (cut and self.reset_when_cut))

    def _ends(self) -> list[asyncio.Event]:
        return [self._over, *(pipe.cut for pipe in self.pipes.values())]

    async def _pumped(self) -> Literal[True]:
        done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_EXCEPTION)
        if any(not task.cancelled() and task.exception() is not None for task in done):
            self._abrupt = True  # one side was reset: so is the other
        return True

    def _close(self, *, abrupt: bool) -> None:
        for each in self._sockets:
            if abrupt:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            each.close()

    def end(self, *, abrupt: bool) -> None:
        """Close both sides, with a reset when `abrupt`."""
        self._abrupt = abrupt
        self._over.set()

    def half_close(self, way: Way) -> None:
        """No more bytes this way: the far end sees the stream end. The other way goes on, for a while."""
        task = self._tasks.get(way)
        if task is None or task.done():
            return
        task.cancel()
        self.pipes[way].target.shutdown(socket.SHUT_WR)
        asyncio.get_running_loop().call_later(HALF_CLOSED_SECONDS, self._over.set)


class Proxy:
    """Listens on a free port of 127.0.0.1 for one person, and passes their connections on to `port`."""

    def __init__(self, port: int, on_connect: Callable[[], None] = lambda: None) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.create_task(self._accept())
        self._on_connect = on_connect
        self.connections: set[Connection] = set()
        self.refusing = False
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def find_socket(self) -> Connection | None:
        """The person's WebSocket, if there is one now."""
        return next((each for each in self.connections if each.is_socket), None)

    async def close(self) -> None:
        """End every connection, and take no more."""
        self._accepting.cancel()
        self.refusing = True
        for connection in self.connections:
            connection.end(abrupt=True)
        await asyncio.wait([self._accepting, *self._tasks])
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listener)
            task = asyncio.create_task(self._serve(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: socket.socket) -> None:
        server = socket.socket()
        server.setblocking(False)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        try:
            await asyncio.get_running_loop().sock_connect(server, self._target)
            if self.refusing:
                raise ConnectionRefusedError
        except OSError:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            client.close()
            server.close()
            return
        connection = Connection(client, server)
        self.connections.add(connection)
        self._on_connect()
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)
