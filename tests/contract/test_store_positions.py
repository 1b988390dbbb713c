"""How far others have read: who may ask, and of what size a conversation may be, as of the very commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.ids import new_id
from hubbub.errors import Refused
from hubbub.protocol.batch import Move
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, flatten, open_world

FEW = 3


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(receipt_members=FEW)) as world:
        yield world


async def talk(world: World) -> tuple[str, str, str]:
    """Two people, and their channel with three messages of the first."""
    ann, bob = await world.user("ann"), await world.user("bob")
    channel = await world.channel(ann, private=True)
    await world.join(bob, channel, by=ann)
    for _ in range(3):
        await world.post(ann, channel)
    world.commits.clear()
    return ann, bob, channel


def moves(world: World) -> list[Move]:
    return [move for batch in flatten(world.commits) for move in batch.moves]


async def test_reading_on_is_told_with_the_commit(world: World) -> None:
    _, bob, channel = await talk(world)
    await world.read_to(bob, channel, 2)
    assert moves(world) == [Move(channel, bob, 2)]


async def test_posting_is_reading_on(world: World) -> None:
    _, bob, channel = await talk(world)
    await world.post(bob, channel)
    assert moves(world) == [Move(channel, bob, 4)]


async def test_what_moved_nothing_is_not_told(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.post(bob, channel, key="once")
    world.commits.clear()
    await world.post(ann, channel)
    world.commits.clear()
    await world.post(bob, channel, key="once")
    await world.read_to(bob, channel, 4)
    assert moves(world) == []


async def test_one_commit_tells_of_all_who_moved(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.append_together(world.posting(bob, channel), world.posting(ann, channel), world.posting(bob, channel))
    assert moves(world) == [Move(channel, bob, 4), Move(channel, ann, 5), Move(channel, bob, 6)]


async def test_alone_in_a_channel_nobody_has_to_be_told(world: World) -> None:
    ann = await world.user("ann")
    channel = await world.channel(ann)
    world.commits.clear()
    await world.post(ann, channel)
    assert moves(world) == []


async def test_with_one_member_too_many_nothing_is_told_and_with_one_less_it_is_again(world: World) -> None:
    ann, bob, channel = await talk(world)
    others = [await world.user(name) for name in ("cy", "dee")]
    for other in others:
        await world.join(other, channel, by=ann)
    world.commits.clear()
    await world.post(bob, channel)
    await world.read_to(others[0], channel, 4)
    assert moves(world) == []
    assert await world.store.channels.fetch_positions(ann, channel, most=FEW) == {}
    await world.leave(others[1], channel)
    await world.read_to(ann, channel, 2)
    assert moves(world) == [Move(channel, ann, 2)]


async def test_members_learn_the_positions_of_all_in_the_order_they_joined(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.read_to(bob, channel, 1)
    for user in (ann, bob):
        positions = await world.store.channels.fetch_positions(user, channel, most=FEW)
        assert list(positions.items()) == [(ann, 3), (bob, 1)]


async def test_outsiders_learn_no_positions(world: World) -> None:
    ann, _, channel = await talk(world)
    cy = await world.user("cy")
    public = await world.channel(ann, "Square")
    for asked, code in ((channel, "no_such_channel"), (new_id(0), "no_such_channel"), (public, "not_a_member")):
        with pytest.raises(Refused) as refused:
            await world.store.channels.fetch_positions(cy, asked, most=FEW)
        assert refused.value.code == code
