"""The pages' connection against the real server: over a WebSocket, over the event stream, and from one to the other."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replay.connection import Connection, open_connection
from tests.support.client import Json, Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = (f"connection {number}" for number in itertools.count(1))
EITHER = pytest.mark.parametrize("blocked", [False, True], ids=["socket", "stream"])


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """A server of its own, to be killed."""
    with Server(tmp_path / "data", settings={"LIMITS__ENABLED": "false"}) as running:
        yield running


async def shared_channel(people: list[Person]) -> str:
    channel = await people[0].create_channel(next(NAMES))
    await people[1].join(channel)
    return channel


async def heard(connection: Connection, channel: str) -> Json:
    """What the connection's state shows of a channel."""
    state = await connection.ask("state", type="state")
    (found,) = [each for each in state["channels"] if each["id"] == channel]
    return dict(found)


async def fresh(person: Person, channel: str) -> Json:
    (found,) = [each for each in (await person.snapshot())["channels"] if each["id"] == channel]
    return dict(found)


@EITHER
async def test_it_hears_what_others_say_and_carries_out_commands(people: list[Person], blocked: bool) -> None:
    ana, bo = people[:2]
    channel = await shared_channel(people)
    async with open_connection(bo, blocked=blocked) as connection:
        await connection.until_carried("stream" if blocked else "socket")
        said = [(await ana.post(channel, f"line {number}"))["seq"] for number in range(3)]
        await connection.until_seq(channel, said[-1])
        posted = await connection.ask("answer", type="message.post", channel=channel, text="hello", key=f"k-{channel}")
        await connection.until_seq(channel, posted["seq"])
        refused = await connection.ask("refusal", type="message.edit", channel=channel, number=1, text="not mine")
        assert refused == "not_yours"
        assert connection.seqs(channel) == [*said, posted["seq"]]
        assert await heard(connection, channel) == await fresh(bo, channel)


@EITHER
async def test_after_a_crash_of_the_server_it_has_everything_once_and_in_order(mortal: Server, blocked: bool) -> None:
    people = [await register(mortal.url, name) for name in ("ana", "bo")]
    ana, bo = people
    channel = await shared_channel(people)
    async with open_connection(bo, blocked=blocked) as connection:
        await connection.until_carried("stream" if blocked else "socket")
        first = (await fresh(ana, channel))["seq"]
        await connection.until_seq(channel, (await ana.post(channel, "before the crash"))["seq"])
        mortal.kill()
        await asyncio.to_thread(mortal.start)
        await ana.post(channel, "after the crash")
        await connection.until(lambda: len(connection.all("carriedBy")) > 1, "another hello")
        last = (await ana.post(channel, "the end"))["seq"]
        await connection.until_seq(channel, last)
        assert connection.seqs(channel) == list(range(first + 1, last + 1))
        assert connection.all("reset") == []
        assert await heard(connection, channel) == await fresh(bo, channel)
    for person in people:
        await person.http.aclose()


async def test_when_websockets_get_through_again_one_takes_over_and_nothing_is_missed(people: list[Person]) -> None:
    ana, bo = people[:2]
    channel = await shared_channel(people)
    async with open_connection(bo, blocked=True) as connection:
        await connection.until_carried("stream")
        connection.tell(type="unblock")
        posted = [await ana.post(channel, "again and again")]
        while connection.all("carriedBy")[-1] != "socket":
            posted.append(await ana.post(channel, "again and again"))
        posted.append(await ana.post(channel, "the end"))
        await connection.until_seq(channel, posted[-1]["seq"])
        # What came over both counts once: the reducer knows what it has.
        assert sorted(set(connection.seqs(channel))) == [each["seq"] for each in posted]
        assert connection.all("connection") == ["connecting", "waiting"] * 2 + ["connecting", "open"]
        assert await heard(connection, channel) == await fresh(bo, channel)


async def test_who_wakes_to_a_dead_connection_has_a_new_one_soon(mortal: Server) -> None:
    people = [await register(mortal.url, name) for name in ("ana", "bo")]
    ana, bo = people
    channel = await shared_channel(people)
    async with open_connection(bo) as connection:
        await connection.until_carried("socket")
        said = [(await ana.post(channel, "before the sleep"))["seq"]]
        await connection.until_seq(channel, said[-1])
        os.kill(mortal.pid, signal.SIGSTOP)
        try:
            # What was heard a moment ago needs no proof, so it may have to ask more than once.
            while connection.all("connection")[-1] == "open":
                connection.tell(type="wake")
                await asyncio.sleep(0.05)
        finally:
            os.kill(mortal.pid, signal.SIGCONT)
        said.append((await ana.post(channel, "after the sleep"))["seq"])
        await connection.until_seq(channel, said[-1])
        assert connection.seqs(channel) == said
        assert await heard(connection, channel) == await fresh(bo, channel)
    for person in people:
        await person.http.aclose()


@EITHER
async def test_when_the_session_ends_the_connection_does_for_good(server: Server, blocked: bool) -> None:
    person = await register(server.url, f"leaver{int(blocked)}")
    async with open_connection(person, blocked=blocked) as connection:
        await connection.until_carried("stream" if blocked else "socket")
        await person.api("DELETE", "/session")
        await connection.until(lambda: connection.all("end") == [4001], "the end")
        assert connection.all("connection")[-1] == "ended"
    await person.http.aclose()
