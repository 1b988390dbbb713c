"""A server whose wall clock is set, forth and back: rates, sessions and the order of things do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.harness import stepped
from tests.faults.harness.machine import Clock
from tests.support.client import PATIENCE, Person, SocketClient, open_socket, register
from tests.support.server import Server

HOUR = 3600.0
# How far the clock is off, one after the other.
STEPS = (0.0, -HOUR, 0.0, HOUR, 0.0)
# So that they are used up at once, and one more is allowed soon after.
BURST, PER_SECOND = 20, 5


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    settings = {"LIMITS__COMMANDS_BURST": str(BURST), "LIMITS__COMMANDS_PER_SECOND": str(PER_SECOND)}
    program = ("-P", stepped.__file__, str(clock.file))
    with Server(tmp_path / "data", settings=settings, program=program) as server:
        yield server


async def use_up(socket: SocketClient) -> None:
    """Ping until it is too much."""
    for _ in range(100 * BURST):
        if (await socket.command("ping"))["type"] == "error":
            return
    pytest.fail("nothing was too much")


async def until_ok(socket: SocketClient, type: str, **fields: object) -> None:
    """Ask until it is allowed again; each time it is refused the answer says when, which is soon."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await socket.command(type, **fields))["type"] == "error":
            assert answer["code"] == "rate_limited"
            assert answer["retry_after"] <= 2 / PER_SECOND


async def times_of_posts(person: Person, channel: str) -> list[int]:
    return [event["at"] for event in await person.fetch_events(channel) if event["type"] == "message.posted"]


async def test_rates_sessions_and_times_outlive_every_step_and_its_correction(server: Server, clock: Clock) -> None:
    person = await register(server.url, "ana")
    channel = (await person.snapshot())["channels"][0]["id"]
    async with open_socket(person) as socket:
        for seconds in STEPS:
            clock.set(seconds)
            await until_ok(socket, "message.post", channel=channel, text="now")
            await use_up(socket)
            await until_ok(socket, "ping")
        assert not socket.closed
    await until_there(person)
    times = await times_of_posts(person, channel)
    assert len(times) == len(STEPS)
    assert times == sorted(times)
    await person.http.aclose()


async def until_there(person: Person) -> None:
    """Until a request is allowed again: the session still holds."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await person.http.get("/api/me")).status_code != 200:
            assert answer.status_code == 429
