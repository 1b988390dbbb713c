"""Many WebSocket connections on one thread, with as little work for each event as Python allows.

Once a guest is present its octets are only counted: nothing parses frames or JSON while something is measured. What a
server says starts with its type, and a text can hold no such start, since its quotes are escaped.

Invariants: all guests are numbered as in the file they come from; whoever is `present` has been greeted; a guest lost
while nobody expects it ends the run with `LoadError`.
"""

from __future__ import annotations

import os
import select
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from hubbub.errors import HubbubError

WELCOME: Final = b'{"type":"hello"'
READ_BYTES: Final = 1 << 18
EVENTS: Final = 256
AT_ONCE: Final = 64
OPEN_SECONDS: Final = 60.0
# A mask of zeros leaves the payload as it is (RFC 6455, section 5.3, wants chance: against proxies, and here is none).
NO_MASK: Final = bytes(4)
NO_LINGER: Final = struct.pack("ii", 1, 0)

Hear = Callable[["Guest", bytes], None]
Lost = Callable[["Guest", str], None]


class LoadError(HubbubError):
    """The measuring cannot go on."""


class Said(msgspec.Struct, frozen=True):
    """What of the server's hello a guest needs to come back from where it was."""

    epoch: str
    streams: dict[str, int]


class Guest:
    """One person. `tail` is the end of a read that cut something in two, and empty nearly always."""

    __slots__ = ("began", "connection", "heard", "hello", "home", "index", "posted_at", "rest", "said", "tail", "token")

    def __init__(self, index: int, token: str, home: str) -> None:
        self.index = index
        self.token = token
        self.home = home
        self.connection: socket.socket | None = None
        self.began = 0.0
        self.rest: bytes | None = None  # what came of the answer to the upgrade so far
        self.hello = frame(WELCOME + b"}")
        self.said: bytes = b""
        self.tail = b""
        self.heard = 0
        self.posted_at = 0.0


def frame(payload: bytes) -> bytes:
    """A text message of less than 64 KiB (RFC 6455, section 5.2)."""
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
    return head + NO_MASK + payload


def first_frame(data: bytes) -> tuple[bytes, int, bytes] | None:
    """The first frame's payload, its first byte, and what is behind it; None while it is cut."""
    if len(data) < 2:
        return None
    at, size = 2, data[1] & 0x7F
    if size >= 126:
        at = 4 if size == 126 else 10
        size = int.from_bytes(data[2:at], "big")
    if len(data) < at + size:
        return None
    return data[at : at + size], data[0], data[at + size :]


class Crowd:
    def __init__(self, host: str, port: int, guests: Sequence[Guest], poller: Poller | None = None) -> None:
        self.guests = guests
        self.present: dict[int, Guest] = {}  # by descriptor
        self._arriving: dict[int, Guest] = {}
        self._server = (host, port)
        self._poller = poller or best_poller()
        self.hear: Hear = _ignore
        self.lost: Lost = _give_up
        self._many_sources = sys.platform == "linux"  # where all of 127.0.0.0/8 is ours

    # --- coming and going -----------------------------------------------------------------------------------------

    def open(self, first: int, count: int) -> float:
        """Connect and greet those guests; the seconds it took."""
        began = time.perf_counter()
        coming = iter(self.guests[first : first + count])
        wanted = len(self.present) + count
        while len(self.present) < wanted:
            while len(self._arriving) < AT_ONCE and (guest := next(coming, None)) is not None:
                self.connect(guest)
            self.turn(1.0)
            if time.perf_counter() - began > OPEN_SECONDS:
                raise LoadError(f"{len(self.present)} of {wanted} connections in {OPEN_SECONDS:.0f} s")
        return time.perf_counter() - began

    def connect(self, guest: Guest) -> None:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._many_sources:
            # The port is then chosen at connecting, and one address's ports do not run out.
            connection.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
            connection.bind((f"127.0.1.{1 + guest.index % 200}", 0))
        guest.connection, guest.rest, guest.tail, guest.began = connection, None, b"", time.perf_counter()
        self._arriving[connection.fileno()] = guest
        self._poller.watch(connection.fileno(), True)
        connection.connect_ex(self._server)

    def drop(self, guest: Guest, *, cut: bool = False) -> None:
        """Close the guest's connection; `cut`: with a reset and nothing said before, as a pulled cable would."""
        connection = guest.connection
        if connection is None:
            return
        guest.connection = None
        if cut:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.present.pop(connection.fileno(), None)
        self._arriving.pop(connection.fileno(), None)
        self._poller.forget(connection.fileno())
        connection.close()

    def close(self) -> None:
        for guest in self.guests:
            self.drop(guest)

    def send(self, guest: Guest, data: bytes) -> None:
        """So little is sent that a full socket is a failure too."""
        assert guest.connection is not None
        try:
            if guest.connection.send(data) == len(data):
                return
        except OSError:
            pass
        self._lose(guest, "it cannot be written to")

    # --- events ---------------------------------------------------------------------------------------------------

    def turn(self, timeout: float) -> None:
        """Take what is ready: at most EVENTS events."""
        present, hear, read = self.present, self.hear, os.read
        for descriptor, events in self._poller.poll(timeout):
            guest = present.get(descriptor)
            if guest is None:
                self._advance(descriptor, events)
                continue
            try:
                data = read(descriptor, READ_BYTES)
            except BlockingIOError:
                continue
            except OSError as error:
                self._lose(guest, str(error))
                continue
            if data:
                hear(guest, data)
            else:
                self._lose(guest, "the server closed it")

    def _lose(self, guest: Guest, why: str) -> None:
        if guest.connection is not None:
            self.drop(guest)
            self.lost(guest, why)

    def _advance(self, descriptor: int, events: int) -> None:
        """One more step of coming in: connected, upgraded, greeted."""
        guest = self._arriving.get(descriptor)
        if guest is None or guest.connection is None:
            return
        if guest.rest is None:
            if error := guest.connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._lose(guest, os.strerror(error))
                return
            guest.rest = b""
            self._poller.watch(descriptor, False)
            self.send(guest, self._upgrade(guest))
            return
        try:
            data = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(guest, str(error))
            return
        if data:
            self._enter(guest, guest.rest + data)
        else:
            self._lose(guest, "the server closed it")

    def _upgrade(self, guest: Guest) -> bytes:
        host = f"{self._server[0]}:{self._server[1]}"
        lines = (
            "GET /socket HTTP/1.1",
            f"Host: {host}",
            f"Origin: http://{host}",
            f"Cookie: session={guest.token}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: m3xNMIzhueJyd3N66EAK6w==",
        )
        return "\r\n".join((*lines, "", "")).encode()

    def _enter(self, guest: Guest, data: bytes) -> None:
        """`data` is all that came of the upgrade's answer, or of the frames behind it, not yet understood."""
        if data.startswith(b"HTTP/"):
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                guest.rest = head
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self._lose(guest, f"refused: {head.decode('latin-1')}")
                return
            self.send(guest, guest.hello)
        found = first_frame(data)
        if found is None:
            guest.rest = data
            return
        payload, first, behind = found
        if first != 0x81 or not payload.startswith(WELCOME):
            self._lose(guest, f"refused: {first:#x} {payload[:200]!r}")
            return
        assert guest.connection is not None
        guest.said, guest.rest = payload, None
        self.present[guest.connection.fileno()] = self._arriving.pop(guest.connection.fileno())
        if behind:
            self.hear(guest, behind)


def _ignore(_guest: Guest, _data: bytes) -> None:
    pass


def _give_up(guest: Guest, why: str) -> None:
    raise LoadError(f"connection {guest.index}: {why}")


@dataclass(frozen=True, slots=True)
class Poller:
    """Waiting for events, watching a descriptor (also for writing, or not), no longer watching it."""

    poll: Callable[[float], Iterable[tuple[int, int]]]
    watch: Callable[[int, bool], None]
    forget: Callable[[int], None]


def best_poller() -> Poller:
    return epoll_poller() if hasattr(select, "epoll") else portable_poller()


def epoll_poller() -> Poller:
    epoll = select.epoll()
    known: set[int] = set()

    def watch(descriptor: int, writing: bool) -> None:
        events = select.EPOLLIN | (select.EPOLLOUT if writing else 0)
        (epoll.modify if descriptor in known else epoll.register)(descriptor, events)
        known.add(descriptor)

    def forget(descriptor: int) -> None:
        known.discard(descriptor)
        epoll.unregister(descriptor)

    return Poller(lambda timeout: epoll.poll(timeout, EVENTS), watch, forget)


def portable_poller() -> Poller:
    """The same, slower, where there is no epoll."""
    selector = selectors.DefaultSelector()

    def watch(descriptor: int, writing: bool) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0)
        (selector.modify if descriptor in selector.get_map() else selector.register)(descriptor, events)

    def forget(descriptor: int) -> None:
        selector.unregister(descriptor)

    return Poller(lambda timeout: [(key.fd, events) for key, events in selector.select(timeout)], watch, forget)
