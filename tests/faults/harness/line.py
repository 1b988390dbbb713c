"""One connection of one person: hello, positions, answers matched by id, every durable event handed on in order."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.support.client import Person

# What ends a connection, or keeps one from beginning: the network's and the server's faults, never the harness's own.
BROKEN: Final = (OSError, EOFError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage)
HELLO_SECONDS: Final = 8.0
ANSWER_SECONDS: Final = 20.0
PING_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 1.0


class Frame(msgspec.Struct):
    """As much of any frame as tells what it is."""

    type: str
    id: int | str | None = None
    seq: int | None = None
    number: int | None = None
    code: str | None = None
    retry: bool = False
    stream: str | None = None
    streams: dict[str, int] | None = None
    epoch: str | None = None


_frames: Final = msgspec.json.Decoder(Frame)


class Line:
    """`on_event` gets each durable event's frame, in order; `on_reset` each stream that was reset."""

    def __init__(
        self, connection: ClientConnection, on_event: Callable[[bytes], None], on_reset: Callable[[str], None]
    ) -> None:
        self._connection = connection
        self._on_event = on_event
        self._on_reset = on_reset
        self._ids = itertools.count(1)
        self._answers: dict[int | str, asyncio.Future[Frame]] = {}
        self._welcome: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self.over = asyncio.Event()

    @property
    def code(self) -> int | None:
        return self._connection.close_code

    async def greet(self, streams: Mapping[str, int], epoch: str | None) -> Frame:
        """Say hello with these positions; the welcome. Raises one of BROKEN."""
        hello: dict[str, Any] = {"type": "hello", "streams": dict(streams)}
        await self._send(hello | ({"epoch": epoch} if epoch else {}))
        await asyncio.wait([self._welcome], timeout=HELLO_SECONDS)
        if not self._welcome.done() or self._welcome.cancelled():
            raise ConnectionError("no welcome")
        return self._welcome.result()

    async def ask(self, command: Mapping[str, object]) -> asyncio.Future[Frame]:
        """Send a command; the future is its answer, and is cancelled when the connection ends before."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._send({**command, "id": number})
        if self.over.is_set():
            answer.cancel()
        return answer

    async def _send(self, message: Mapping[str, object]) -> None:
        await self._connection.send(msgspec.json.encode(message), text=True)

    async def read(self) -> None:
        """Take every frame to where it belongs, until the connection ends."""
        try:
            while True:
                self._take(await self._connection.recv(decode=False))
        except ConnectionClosed:
            pass
        finally:
            self.over.set()
            for answer in (*self._answers.values(), self._welcome):
                answer.cancel()

    def _take(self, payload: bytes) -> None:
        frame = _frames.decode(payload)
        match frame.type:
            case "hello":
                self._welcome.set_result(frame)
            case "ok" | "error":
                answer = self._answers.pop(frame.id, None) if frame.id is not None else None
                if answer is not None and not answer.done():
                    answer.set_result(frame)
            case "reset":
                self._on_reset(frame.stream or "")
            case _ if frame.seq is not None:  # what has no seq is not durable: typing, presence
                self._on_event(payload)


@asynccontextmanager
async def open_line(
    person: Person, rng: random.Random, on_event: Callable[[bytes], None], on_reset: Callable[[str], None]
) -> AsyncIterator[Line]:
    """An open connection that has not said hello. Raises one of BROKEN. Every other one is compressed."""
    connecting = connect(
        person.origin.replace("http", "ws", 1) + "/socket",
        origin=person.origin,  # type: ignore[arg-type]
        additional_headers={"Cookie": person.cookie},
        compression=rng.choice(["deflate", None]),
        open_timeout=HELLO_SECONDS,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        close_timeout=CLOSE_SECONDS,
        proxy=None,
        max_size=None,
    )
    async with connecting as connection:
        line = Line(connection, on_event, on_reset)
        reading = asyncio.create_task(line.read())
        try:
            yield line
        finally:
            await connection.close()
            await reading
