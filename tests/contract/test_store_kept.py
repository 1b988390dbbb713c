"""Pinning for everybody, saving for oneself, on every store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.errors import Refused
from hubbub.protocol.events import MessagePinned
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(pins_per_channel=2, saved_per_user=3)) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@pytest.fixture
async def bob(world: World, ann: str) -> str:
    user = await world.user("Bob")
    for text in ("one", "two", "three"):
        await world.post(ann, world.general, text)
    return user


async def pins(world: World, user: str, channel: str) -> list[int]:
    return [pin.message.number for pin in (await world.store.kept.fetch_pins(user, channel)).pins]


async def saved(world: World, user: str, before: int | None = None, limit: int = 9) -> list[str | None]:
    page = await world.store.kept.fetch_saved(user, before, limit)
    return [each.message.text if each.message else None for each in page.saved]


async def test_any_member_pins_and_the_newest_pin_comes_first(world: World, ann: str, bob: str) -> None:
    await world.pin(bob, world.general, 2)
    await world.pin(ann, world.general, 1)
    assert await pins(world, ann, world.general) == [1, 2]
    room = await world.room(bob, world.general)
    assert room.pins == [2, 1]
    lines = [(line.number, line.by) for line in room.lines if isinstance(line, MessagePinned)]
    assert lines == [(2, bob), (1, ann)]


async def test_pinning_again_and_unpinning_what_is_not_pinned_change_nothing(world: World, ann: str, bob: str) -> None:
    first = await world.pin(ann, world.general, 1)
    assert (await world.pin(bob, world.general, 1)).seq == first.seq
    assert (await world.unpin(bob, world.general, 2)).seq == first.seq
    assert (await world.unpin(bob, world.general, 1)).seq == first.seq + 1
    assert await pins(world, ann, world.general) == []


async def test_a_deleted_message_is_pinned_no_more_and_makes_room(world: World, ann: str, bob: str) -> None:
    await world.pin(ann, world.general, 1)
    await world.pin(ann, world.general, 2)
    with pytest.raises(Refused, match="too_many_pins"):
        await world.pin(ann, world.general, 3)
    await world.delete(ann, world.general, 1)
    assert (await world.room(ann, world.general)).pins == [2]
    await world.pin(ann, world.general, 3)
    with pytest.raises(Refused, match="already_deleted"):
        await world.pin(bob, world.general, 1)


async def test_who_is_not_in_the_channel_pins_nothing(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann, "Room")
    await world.post(ann, room)
    with pytest.raises(Refused, match="not_a_member"):
        await world.pin(bob, room, 1)
    with pytest.raises(Refused, match="no_such_message"):
        await world.pin(ann, room, 2)


async def test_what_is_saved_is_each_users_own(world: World, ann: str, bob: str) -> None:
    await world.save(bob, world.general, 1)
    await world.save(bob, world.general, 3)
    assert (await saved(world, bob), await saved(world, ann)) == (["three", "one"], [])
    assert (await world.snapshot(bob)).saved == {world.general: [1, 3]}
    await world.unsave(bob, world.general, 1)
    assert await saved(world, bob) == ["three"]


async def test_what_is_saved_is_shown_as_it_is_now(world: World, ann: str, bob: str) -> None:
    for number in (1, 2, 3):
        await world.save(bob, world.general, number)
    await world.edit(ann, world.general, 1, "ONE")
    await world.delete(ann, world.general, 2)
    page = (await world.store.kept.fetch_saved(bob, None, 9)).saved
    assert [(each.message.text if each.message else None, each.deleted) for each in page] == [
        ("three", False),
        (None, True),
        ("ONE", False),
    ]


async def test_of_a_channel_one_has_left_nothing_is_shown(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann, "Den", private=True)
    await world.join(bob, room, by=ann)
    await world.post(ann, room, "secret")
    await world.post(ann, room, "gone soon")
    await world.save(bob, room, 1)
    await world.save(bob, room, 2)
    await world.leave(bob, room)
    await world.delete(ann, room, 2)
    page = await world.store.kept.fetch_saved(bob, None, 9)
    assert [(each.name, each.message, each.deleted) for each in page.saved] == [(None, None, False)] * 2
    assert page.users == []
    with pytest.raises(Refused, match="no_such_channel"):
        await world.save(bob, room, 2)
    await world.unsave(bob, room, 1)
    await world.unsave(bob, room, 2)
    assert await saved(world, bob) == []


async def test_saving_is_bounded_and_read_in_pages(world: World, ann: str, bob: str) -> None:
    await world.post(ann, world.general, "four")
    for number in (1, 2, 3):
        await world.save(bob, world.general, number)
    with pytest.raises(Refused, match="too_many_saved"):
        await world.save(bob, world.general, 4)
    first = await world.store.kept.fetch_saved(bob, None, 2)
    assert [each.number for each in first.saved] == [3, 2]
    last = await world.store.kept.fetch_saved(bob, first.next, 2)
    assert ([each.number for each in last.saved], last.next) == ([1], None)
