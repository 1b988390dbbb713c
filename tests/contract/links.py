"""Links of both kinds on real sockets, with a clock of our own: what the link contract is tested on."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import NamedTuple

from hubbub.websocket.event_stream import PolledEventStream, TransportEventStream
from hubbub.websocket.frames import FIN, MASKED, Received, unmask
from hubbub.websocket.keeper import Keeper
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Handler, Link
from hubbub.websocket.poller import Poller, PollerLink
from hubbub.websocket.transport import TransportLink, Transports

KINDS = ("poller", "transport")
MASK = b"\x12\x34\x56\x78"
DEADLINE = 10.0
LIMITS = WireLimits(unsent_bytes=256 * 1024, control_frames=20, pong_wait=60, close_seconds=5)


class ManualTimer:
    """Forgets its callback when it is cancelled, as asyncio's do."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualScheduler:
    """A clock that stands still until it is told to advance."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._soon: list[Callable[[], object]] = []
        self._later: list[tuple[float, int, ManualTimer]] = []
        self._order = itertools.count()

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[[], object], /) -> None:
        self._soon.append(callback)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> ManualTimer:
        timer = ManualTimer(callback)
        heapq.heappush(self._later, (self._now + delay, next(self._order), timer))
        return timer

    def run(self) -> None:
        """Everything that is due."""
        while self._soon or (self._later and self._later[0][0] <= self._now):
            soon, self._soon = self._soon, []
            for callback in soon:
                callback()
            while not self._soon and self._later and self._later[0][0] <= self._now:
                _, _, timer = heapq.heappop(self._later)
                if timer.callback is not None:
                    timer.callback()

    def next_time(self) -> float | None:
        return self._later[0][0] if self._later else None

    def set_time(self, now: float) -> None:
        self._now = now


class Recorder(Handler):
    """Remembers what it hears; `on_each` is called with every message."""

    def __init__(self) -> None:
        self.opened: list[Link] = []
        self.messages: list[bytes] = []
        self.closed: list[tuple[Link, int]] = []
        self.on_each: Callable[[Link, bytes], None] = lambda link, payload: None

    def on_open(self, link: Link) -> None:
        self.opened.append(link)

    def on_message(self, link: Link, payload: bytes) -> None:
        self.messages.append(payload)
        self.on_each(link, payload)

    def on_close(self, link: Link, code: int) -> None:
        self.closed.append((link, code))

    @property
    def codes(self) -> list[int]:
        return [code for _, code in self.closed]


class ServerFrame(NamedTuple):
    """A frame as the client reads it."""

    first: int
    payload: bytes

    @property
    def opcode(self) -> int:
        return self.first & 0x0F

    @property
    def code(self) -> int:
        return int.from_bytes(self.payload[:2], "big")


def client_frame(opcode: int, payload: bytes = b"", *, flags: int = FIN, mask: bytes = MASK) -> bytes:
    """A frame as a client sends it (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        head = bytes((flags | opcode, MASKED | size))
    elif size < 1 << 16:
        head = bytes((flags | opcode, MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((flags | opcode, MASKED | 127)) + size.to_bytes(8, "big")
    return head + mask + unmask(payload, mask)


def close_payload(code: int, reason: bytes = b"") -> bytes:
    return code.to_bytes(2, "big") + reason


def parse_server_frames(data: bytes, *, cut_off: bool = False) -> list[ServerFrame]:
    """All frames of `data`, which must end with a whole one unless it may be `cut_off`."""
    frames = []
    at = 0
    while at < len(data):
        size, header = data[at + 1] if at + 1 < len(data) else 0, 2
        assert not size & MASKED, "A server must not mask."
        if size >= 126:
            header = 4 if size == 126 else 10
            size = int.from_bytes(data[at + 2 : at + header], "big")
        if at + header + size > len(data):
            assert cut_off, "The last frame is cut off."
            break
        frames.append(ServerFrame(data[at], data[at + header : at + header + size]))
        at += header + size
    return frames


def received(*messages: tuple[int, bytes]) -> list[Received]:
    return [Received(opcode, payload) for opcode, payload in messages]


class Wired:
    """A link and the socket of its peer."""

    def __init__(self, bench: Bench, link: Link, peer: socket.socket, handler: Recorder) -> None:
        self.bench = bench
        self.link = link
        self.peer = peer
        self.handler = handler
        self.ended = False
        """The peer has read the end of the connection."""

    async def send(self, *data: bytes) -> None:
        for piece in data:
            self.peer.sendall(piece)
        await self.bench.settle()

    def read(self) -> bytes:
        """Everything the peer can read now."""
        data = b""
        while not self.ended:
            try:
                piece = self.peer.recv(1 << 16)
            except BlockingIOError:
                break
            except ConnectionResetError:
                self.ended = True
                break
            self.ended = not piece
            data += piece
        return data

    async def frames(self) -> list[ServerFrame]:
        await self.bench.settle()
        return parse_server_frames(self.read())

    async def read_all(self, size: int) -> bytes:
        """Read until there are `size` octets."""
        data = b""
        deadline = time.monotonic() + DEADLINE
        while len(data) < size and time.monotonic() < deadline and not self.ended:
            data += self.read()
            await self.bench.settle()
        return data


class Bench:
    """A keeper of either kind, and links on it."""

    def __init__(self, kind: str, limits: WireLimits) -> None:
        self.kind = kind
        self.scheduler = ManualScheduler()
        self.gone: list[Link] = []
        ids = itertools.count(1)
        self.poller = Poller(self.scheduler, limits, ids, on_gone=self.gone.append) if kind == "poller" else None
        self.transports = Transports(self.scheduler, limits, ids, on_gone=self.gone.append)
        self.peers: list[socket.socket] = []

    @property
    def keeper(self) -> Keeper:
        return self.poller or self.transports

    async def connect(
        self,
        handler: Recorder | None = None,
        *,
        deflate_bits: int = 0,
        buffers: int | None = None,
        event_stream: bool = False,
    ) -> Wired:
        """A new link; `buffers`: octets the kernel keeps for each side."""
        handler = handler or Recorder()
        ours, peer = socket.socketpair()
        self.peers.append(peer)
        for end in (ours, peer):
            end.setblocking(False)
            if buffers is not None:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffers)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
        link: Link
        if self.poller is not None:
            polled = PolledEventStream if event_stream else PollerLink
            link = self.poller.adopt(ours.detach(), handler, address="peer", deflate_bits=deflate_bits, make=polled)
        else:
            carried = TransportEventStream if event_stream else TransportLink
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(asyncio.Protocol, ours)
            link = self.transports.adopt(transport, handler, address="peer", deflate_bits=deflate_bits, make=carried)
        link._begin(b"")
        return Wired(self, link, peer, handler)

    async def settle(self) -> None:
        """Let everything happen that does not take time."""
        for _ in range(8):
            if self.poller is not None:
                self.poller.turn()
            await asyncio.sleep(0)
            self.scheduler.run()

    async def advance(self, seconds: float) -> None:
        end = self.scheduler.time() + seconds
        while (due := self.scheduler.next_time()) is not None and due <= end:
            self.scheduler.set_time(max(due, self.scheduler.time()))
            await self.settle()
        self.scheduler.set_time(end)
        await self.settle()

    async def close(self) -> None:
        poller, self.poller = self.poller, None
        if poller is not None:
            poller.close()
        self.transports.stop()
        await self.settle()
        for peer in self.peers:
            peer.close()


@contextlib.asynccontextmanager
async def open_bench(kind: str, limits: WireLimits | None = None) -> AsyncIterator[Bench]:
    bench = Bench(kind, limits or WireLimits())
    try:
        yield bench
    finally:
        await bench.close()


def cuts(data: bytes, at: list[int]) -> Iterator[bytes]:
    """`data` in pieces."""
    places = sorted({place % (len(data) + 1) for place in at} | {0, len(data)})
    for start, end in itertools.pairwise(places):
        yield data[start:end]
