"""Many cheap clients at once: raw WebSockets without compression, each of which keeps its positions and comes back.

One asyncio protocol a connection and no task: a thousand of them cost a test little beside the server they meet.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.client import PATIENCE, Json, Person, stream_of

HEAD = (
    "GET /socket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
)


def encode_text(payload: bytes) -> bytes:
    """A text frame (RFC 6455, section 5.2), masked with zeros, which leaves it as it is."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    return b"\x81" + length + b"\0\0\0\0" + payload


class Member(asyncio.Protocol):
    """One of the crowd. `seqs`: what it heard of each stream, over all of its connections."""

    def __init__(self, crowd: Crowd, person: Person) -> None:
        self.crowd = crowd
        self.person = person
        self.epoch: str | None = None
        self.positions: dict[str, int] = {}
        self.seqs: dict[str, list[int]] = {}
        self.resets: list[str] = []
        self.welcomed = False
        self.refusals: list[tuple[int, int]] = []
        """Each time it was sent away: the status and Retry-After, or the close code and 0."""
        self.codes: list[int] = []
        """Every close code it was sent."""
        self.cuts = 0
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._upgraded = False

    async def come(self) -> None:
        """Connect, and say hello as soon as that is possible."""
        self._buffer, self._upgraded, self.welcomed = b"", False, False
        loop, connection = asyncio.get_running_loop(), socket.socket()
        if self.crowd.receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.crowd.receive_buffer)
        connection.setblocking(False)
        await loop.sock_connect(connection, (self.crowd.host, self.crowd.port))
        await loop.create_connection(lambda: self, sock=connection)

    def stop_reading(self) -> None:
        if self.transport is not None:
            self.transport.pause_reading()

    def read_again(self) -> None:
        if self.transport is not None:
            self.transport.resume_reading()

    def cut(self) -> None:
        if self.transport is not None:
            self.cuts += 1
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        host = f"{self.crowd.host}:{self.crowd.port}"
        transport.write(HEAD.format(host=host, token=self.person.token).encode())

    def connection_lost(self, error: Exception | None) -> None:
        self.transport, self.welcomed = None, False
        self.crowd.changed()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._upgraded or self._take_head():
            while (frame := self._next_frame()) is not None:
                self._take(*frame)

    def _take_head(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        if status != 101:
            headers = dict(line.lower().split(": ", 1) for line in lines[1:])
            self._refuse(status, int(headers.get("retry-after", "0")))
            return False
        self._buffer, self._upgraded = rest, True
        hello: Json = {"type": "hello", "streams": self.positions} | ({"epoch": self.epoch} if self.epoch else {})
        assert self.transport is not None
        self.transport.write(encode_text(json.dumps(hello).encode()))
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 0x0F, buffer[start : start + size]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == 8:
            code = int.from_bytes(payload[:2], "big")
            self.codes.append(code)
            if not self.welcomed:
                self._refuse(code, 0)
            return
        if opcode != 1:
            return
        frame: Json = json.loads(payload)
        if frame["type"] == "hello":
            self.welcomed, self.epoch = True, frame["epoch"]
            for stream, seq in frame["streams"].items():
                self.positions.setdefault(stream, seq)
        elif frame["type"] == "reset":
            self.resets.append(frame["stream"])
        elif "seq" in frame and frame["type"] not in ("ok", "error"):
            self.seqs.setdefault(stream_of(frame), []).append(frame["seq"])
            self.positions[stream_of(frame)] = frame["seq"]
        self.crowd.changed()

    def _refuse(self, code: int, retry_after: int) -> None:
        self.refusals.append((code, retry_after))
        loop = asyncio.get_running_loop()
        loop.call_later(retry_after * random.uniform(1, 1.5) or random.random(), self.crowd.call_back, self)


@dataclass(slots=True)
class Crowd:
    """`people` with `each` connections of every one of them."""

    people: Sequence[Person]
    each: int
    members: list[Member] = field(default_factory=list)
    receive_buffer: int | None = None
    """How much the kernel keeps for each that does not read; None: as much as it likes."""
    host: str = ""
    port: int = 0
    _coming: set[asyncio.Task[None]] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        address = urlsplit(self.people[0].origin)
        self.host, self.port = str(address.hostname), int(address.port or 0)
        self.members = [Member(self, person) for person in self.people for _ in range(self.each)]

    def come(self) -> None:
        """Everybody connects in the same moment."""
        for member in self.members:
            self.call_back(member)

    def call_back(self, member: Member) -> None:
        task = asyncio.get_running_loop().create_task(member.come())
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    def cut(self) -> None:
        """Everybody is cut off in the same moment."""
        for member in self.members:
            member.cut()

    def changed(self) -> None:
        self._changed.set()

    async def until(self, condition: Callable[[Member], bool], what: str) -> None:
        """Waits until the condition holds for everybody; TimeoutError, naming `what`, when it does not in time."""
        left = list(self.members)
        try:
            async with asyncio.timeout(PATIENCE * 2):
                while left := [member for member in left if not condition(member)]:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            error.add_note(f"{len(left)} of {len(self.members)} not yet: {what}; refused: {left[0].refusals}")
            raise

    def close(self) -> None:
        for member in self.members:
            if member.transport is not None:
                member.transport.abort()
