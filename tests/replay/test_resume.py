"""A client that resumes gets exactly what it missed, then what is new: no gap and no repeat, while others post."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.client import Person, open_socket

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = (f"resume {number}" for number in itertools.count(1))
JOINED = 3  # the seq at which the reader joined: created, the maker's joining, the reader's
PROFILE = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@asynccontextmanager
async def posting(person: Person, channel: str) -> AsyncIterator[None]:
    """Posts without a pause, eight at a time, until the block ends."""
    done = asyncio.Event()

    async def post() -> None:
        async with open_socket(person) as socket:
            while not done.is_set():
                for answer in [await socket.send("message.post", channel=channel, text="more") for _ in range(8)]:
                    assert (await answer)["type"] == "ok"

    task = asyncio.create_task(post())
    try:
        yield
    finally:
        done.set()
        await task


async def make_channel(people: list[Person], messages: int) -> str:
    channel = await people[0].create_channel(next(NAMES))
    await people[1].join(channel)
    for number in range(messages):
        await people[0].post(channel, f"line {number}")
    return channel


@PROFILE
@given(position=st.integers(JOINED, 12), pauses=st.lists(st.integers(1, 30), min_size=1, max_size=4))
async def test_what_was_missed_and_what_is_new_follow_without_gap_or_repeat(
    people: list[Person], position: int, pauses: list[int]
) -> None:
    channel = await make_channel(people, 10)
    stream, reader, heard = f"channel:{channel}", people[1], list[int]()
    epoch = (await reader.snapshot())["epoch"]
    async with posting(people[0], channel):
        for pause in pauses:
            after = heard[-1] if heard else position
            async with open_socket(reader, streams={stream: after}, epoch=epoch) as socket:
                assert socket.welcome["streams"][stream] >= after
                wanted = socket.welcome["streams"][stream] + pause  # some of what was missed, some of what is new
                await socket.until_seq(channel, wanted)
                assert socket.resets == []
            heard += socket.seqs(channel)  # all that came before the connection was gone
    assert heard == list(range(position + 1, heard[-1] + 1))
    await reader.remove(channel, "me")


async def test_what_is_heard_is_what_the_log_says(people: list[Person]) -> None:
    channel = await make_channel(people, 30)
    epoch = (await people[1].snapshot())["epoch"]
    async with open_socket(people[1], streams={f"channel:{channel}": JOINED}, epoch=epoch) as socket:
        await people[0].post(channel, "and one more")
        await socket.until_seq(channel, JOINED + 31)
    log = await people[1].fetch_events(channel, JOINED)
    assert [event for event in socket.events if event.get("channel") == channel] == log


async def test_a_position_from_before_one_joined_is_reset(people: list[Person]) -> None:
    channel = await make_channel(people, 5)
    stream, epoch = f"channel:{channel}", (await people[1].snapshot())["epoch"]
    async with open_socket(people[1], streams={stream: JOINED - 1}, epoch=epoch) as socket:
        await socket.until(lambda: stream in socket.resets, "a reset")


async def test_a_stream_that_is_not_named_is_heard_from_its_head(people: list[Person]) -> None:
    channel = await make_channel(people, 5)
    async with open_socket(people[1]) as socket:
        head = socket.welcome["streams"][f"channel:{channel}"]
        await people[0].post(channel, "new")
        await socket.until(lambda: socket.seqs(channel) == [head + 1], "the new event alone")


async def test_positions_of_another_epoch_are_reset(people: list[Person]) -> None:
    channel = await make_channel(people, 5)
    stream = f"channel:{channel}"
    async with open_socket(people[1], streams={stream: 1}, epoch="01K6ZJ3Y5F0GQ7T2W9R8S1N4VD") as socket:
        await socket.until(lambda: stream in socket.resets, "a reset")
        await socket.ok("ping")
    assert socket.seqs(channel) == []


async def test_a_position_beyond_the_head_is_reset(people: list[Person]) -> None:
    channel = await make_channel(people, 5)
    stream, epoch = f"channel:{channel}", (await people[1].snapshot())["epoch"]
    async with open_socket(people[1], streams={stream: 10_000}, epoch=epoch) as socket:
        await socket.until(lambda: stream in socket.resets, "a reset")


async def test_a_stream_one_has_no_part_in_is_not_told(people: list[Person]) -> None:
    channel = await people[0].create_channel(next(NAMES), private=True)
    epoch = (await people[1].snapshot())["epoch"]
    foreign = {f"channel:{channel}": 0, f"user:{people[0].id}": 0}
    async with open_socket(people[1], streams=foreign, epoch=epoch) as socket:
        await people[0].post(channel, "secret")
        await socket.ok("ping")
    assert not set(foreign) & set(socket.welcome["streams"])
    assert socket.seqs(channel) == []
    assert [event for event in socket.events if event.get("user") == people[0].id] == []
