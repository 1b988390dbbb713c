"""SIGTERM with a reader that never reads and commits under way: exit 0 in bounded time, all acknowledged is there."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from hubbub.errors import CloseCode
from tests.support.client import Person, SocketClient, log_in, open_socket, register
from tests.support.server import Server
from tests.support.slow import open_slow_socket

SHUTDOWN_SECONDS = 4
# Starting Python's own end of things takes a moment on a busy machine; the bound is what must not be missing.
STOP_WITHIN = SHUTDOWN_SECONDS + 11.0
LONG = "x" * 4000
# More than the kernel takes for a connection (net.ipv4.tcp_wmem), so that the server itself has to hold the rest.
POSTS = 1800


@pytest.fixture
def settings() -> dict[str, str]:
    return {
        "LIMITS__ENABLED": "false",
        # The slow reader is not to be cut off before: what it has not read is still there when the signal comes.
        "LIMITS__UNSENT_BYTES": str(64 << 20),
        "SHUTDOWN_SECONDS": str(SHUTDOWN_SECONDS),
    }


class Poster:
    """Posts eight at a time until the connection ends; remembers which keys were acknowledged, and how."""

    def __init__(self, name: str, socket: SocketClient, channel: str) -> None:
        self.name = name
        self.socket = socket
        self.channel = channel
        self.acknowledged: dict[str, int] = {}

    async def post(self) -> None:
        try:
            for number in itertools.count():
                keys = [f"{self.name}-{number}-{place}" for place in range(8)]
                await asyncio.gather(*[self._post_one(key) for key in keys])
        except (ConnectionClosed, asyncio.CancelledError):
            return

    async def _post_one(self, key: str) -> None:
        reply = await (await self.socket.send("message.post", channel=self.channel, text=LONG, key=key))
        if reply["type"] == "ok":
            self.acknowledged[key] = reply["seq"]
        else:
            assert reply["code"] == "shutting_down", reply
            assert reply["retry"] is True


@asynccontextmanager
async def posters(people: list[Person], channel: str) -> AsyncIterator[list[Poster]]:
    async with AsyncExitStack() as stack:
        yield [Poster(person.name, await stack.enter_async_context(open_socket(person)), channel) for person in people]


async def general_of(person: Person) -> str:
    return str((await person.snapshot())["channels"][0]["id"])


async def test_what_was_acknowledged_before_a_stop_is_there_after_it(tmp_path: Path, settings: dict[str, str]) -> None:
    server = Server(tmp_path / "data", settings=settings)
    with server:
        people = [await register(server.url, f"poster{number}") for number in range(4)]
        reader = await register(server.url, "slow")
        channel = await general_of(reader)
        with open_slow_socket(reader):
            async with posters(people, channel) as posting:
                tasks = [asyncio.create_task(poster.post()) for poster in posting]
                watching = posting[0].socket
                await watching.until(lambda: len(watching.events) >= POSTS, "posts under way")
                server.terminate()
                code = await asyncio.to_thread(server.wait, seconds=STOP_WITHIN)
                await asyncio.gather(*tasks)
            assert code == 0, server.log_end()
            assert {poster.socket.connection.close_code for poster in posting} <= {
                CloseCode.GOING_AWAY,
                CloseCode.RESTART,
            }
    await close_all([*people, reader])
    with Server(tmp_path / "data", settings=settings) as server:
        again = await log_in(server.url, "slow")
        log = await again.fetch_events(channel)
        await close_all([again])
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    stored = {event["key"]: event["seq"] for event in log if event["type"] == "message.posted"}
    assert len(stored) == sum(event["type"] == "message.posted" for event in log)
    acknowledged = {key: seq for poster in posting for key, seq in poster.acknowledged.items()}
    assert acknowledged
    # Nobody is left in doubt: whatever was committed was answered too.
    assert acknowledged == stored


async def test_a_second_signal_does_not_spoil_the_first(tmp_path: Path, settings: dict[str, str]) -> None:
    with Server(tmp_path / "data", settings=settings) as server:
        person = await register(server.url, "ana")
        async with open_socket(person) as socket:
            server.terminate()
            server.terminate()
            assert await asyncio.to_thread(server.wait, seconds=STOP_WITHIN) == 0, server.log_end()
            await socket.until(lambda: socket.closed, "the end")
        await close_all([person])


async def close_all(people: list[Person]) -> None:
    for person in people:
        await person.http.aclose()
