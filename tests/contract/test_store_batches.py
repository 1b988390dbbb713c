"""Group commit: many intents in one transaction, each answered for itself, on every store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain import intents
from hubbub.domain.ids import channel_stream, new_id
from hubbub.domain.intents import Appended
from hubbub.errors import Refused
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, flatten, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(batch=64, queue=500)) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


async def test_64_posts_with_3_bad_ones_answer_each_rightly(world: World, ann: str) -> None:
    stranger = await world.user("Stranger")
    await world.leave(stranger, world.general)
    head = (await world.room(ann, world.general)).channel.seq
    bad = {5: (stranger, world.general), 31: (ann, new_id(0)), 63: (stranger, world.general)}
    world.commits.clear()
    answers = await world.append_together(
        *[world.posting(*bad.get(i, (ann, world.general)), f"text {i}") for i in range(64)]
    )
    assert {i: answer.code for i, answer in enumerate(answers) if isinstance(answer, Refused)} == {
        5: "not_a_member",
        31: "no_such_channel",
        63: "not_a_member",
    }
    good = [answer for answer in answers if isinstance(answer, Appended)]
    assert [answer.seq for answer in good] == list(range(head + 1, head + 62))
    assert [answer.number for answer in good] == list(range(1, 62))
    [[batch]] = world.commits
    assert (batch.first, batch.last, len(batch.payloads)) == (head + 1, head + 61, 61)


async def test_what_waits_together_is_committed_together_up_to_a_bound(world: World, ann: str) -> None:
    world.commits.clear()
    await world.append_together(*[world.posting(ann, world.general) for _ in range(100)])
    assert [len(batch.payloads) for batch in flatten(world.commits)] == [64, 36]


async def test_intents_are_committed_in_the_order_of_the_calls(world: World, ann: str) -> None:
    answers = await world.append_together(*[world.posting(ann, world.general, str(i)) for i in range(300)])
    assert [answer.number for answer in answers if isinstance(answer, Appended)] == list(range(1, 301))


async def test_commits_are_handed_over_before_anyone_hears_of_the_next(world: World, ann: str) -> None:
    await asyncio.gather(*[world.post(ann, world.general) for _ in range(200)])
    stream = channel_stream(world.general)
    ranges = [(batch.first, batch.last) for batch in flatten(world.commits) if batch.stream == stream]
    assert all(first <= last for first, last in ranges)
    assert [first for first, _ in ranges[1:]] == [last + 1 for _, last in ranges[:-1]]


async def test_two_equal_keys_in_one_batch_are_one_message(world: World, ann: str) -> None:
    first, second, other = await world.append_together(
        world.posting(ann, world.general, "a", "k"),
        world.posting(ann, world.general, "b", "k"),
        world.posting(ann, world.general, "c", "l"),
    )
    assert first == second
    assert isinstance(other, Appended)
    assert other.number == 2


async def test_a_message_can_be_posted_edited_and_deleted_in_one_batch(world: World, ann: str) -> None:
    at = world.clock()
    answers = await world.append_together(
        world.posting(ann, world.general, "secret"),
        intents.AddReaction(ann, world.general, 1, "👍", at),
        intents.EditMessage(ann, world.general, 1, "secret too", at),
        intents.DeleteMessage(ann, world.general, 1, at),
        world.posting(ann, world.general, "fine"),
    )
    assert all(isinstance(answer, Appended) for answer in answers)
    for _, body in await world.store.log.fetch_events(channel_stream(world.general), 0, 99):
        assert b"secret" not in body
    assert (await world.message(ann, world.general, 1)).deleted


async def test_joining_leaving_and_joining_again_in_one_batch(world: World, ann: str) -> None:
    bob = await world.user("Bob")
    at = world.clock()
    await world.append_together(
        intents.RemoveMember(bob, world.general, bob, at),
        intents.AddMember(bob, world.general, bob, at),
        world.posting(bob, world.general),
        intents.RemoveMember(bob, world.general, bob, at),
        intents.AddMember(bob, world.general, bob, at),
    )
    assert (await world.room(bob, world.general)).member


async def test_beyond_the_bound_of_the_queue_the_server_is_busy(world: World, ann: str) -> None:
    answers = await world.append_together(*[world.posting(ann, world.general) for _ in range(600)])
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["busy"] * 100
    assert isinstance((await world.append_together(world.posting(ann, world.general)))[0], Appended)


async def test_closing_commits_what_waits_and_refuses_what_comes(world: World, ann: str) -> None:
    waiting = [asyncio.create_task(world.post(ann, world.general)) for _ in range(100)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(world.store.close())
    await asyncio.sleep(0)
    with pytest.raises(Refused, match="shutting_down"):
        await world.post(ann, world.general)
    await closing
    assert [answer.number for answer in await asyncio.gather(*waiting)] == list(range(1, 101))
    await world.open()
    assert (await world.room(ann, world.general)).channel.number == 100
