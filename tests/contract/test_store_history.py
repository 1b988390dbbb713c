"""What a message has said: every text it had, for members, wherever the log is; and nothing once it is deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.errors import Refused
from hubbub.store.history import MOST_VERSIONS
from tests.support.archive_memory import open_in_memory
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def texts(world: World, user: str, channel: str, number: int) -> list[str]:
    return [version.text for version in (await world.store.history.fetch_history(user, channel, number)).versions]


async def test_every_text_is_there_with_its_time_the_first_one_first(world: World) -> None:
    ann, bob = await world.user("Ann"), await world.user("Bob")
    await world.post(ann, world.general, "one")
    await world.post(bob, world.general, "another message")
    for text in ("two", "three"):
        await world.edit(ann, world.general, 1, text)
        await world.react(bob, world.general, 1)
    history = await world.store.history.fetch_history(bob, world.general, 1)
    assert [version.text for version in history.versions] == ["one", "two", "three"]
    assert (history.author.name, history.cut) == ("Ann", False)
    assert sorted({version.at for version in history.versions}) == [version.at for version in history.versions]
    assert await texts(world, bob, world.general, 2) == ["another message"]


async def test_a_deleted_message_has_said_nothing(world: World) -> None:
    ann = await world.user("Ann")
    await world.post(ann, world.general, "one")
    await world.edit(ann, world.general, 1, "two")
    await world.delete(ann, world.general, 1)
    with pytest.raises(Refused, match="already_deleted"):
        await texts(world, ann, world.general, 1)
    with pytest.raises(Refused, match="no_such_message"):
        await texts(world, ann, world.general, 2)


async def test_only_members_are_told(world: World) -> None:
    ann, bob = await world.user("Ann"), await world.user("Bob")
    for private, code in ((False, "not_a_member"), (True, "no_such_channel")):
        room = await world.channel(ann, f"Room {private}", private=private)
        await world.post(ann, room, "one")
        with pytest.raises(Refused, match=code):
            await texts(world, bob, room, 1)


async def test_of_very_many_texts_the_first_and_the_newest_are_told(world: World) -> None:
    ann = await world.user("Ann")
    await world.post(ann, world.general, "0")
    for number in range(1, MOST_VERSIONS + 5):
        await world.edit(ann, world.general, 1, str(number))
    history = await world.store.history.fetch_history(ann, world.general, 1)
    assert (len(history.versions), history.cut) == (MOST_VERSIONS, True)
    assert [history.versions[0].text, history.versions[-1].text] == ["0", str(MOST_VERSIONS + 4)]


async def test_what_was_archived_is_told_as_before_and_deleted_there_too(tmp_path: Path) -> None:
    async with open_in_memory(tmp_path) as room:
        world = room.world
        for _ in range(12):
            await room.post()
        said = [room.texts[1]]
        for _ in range(3):
            await room.edit(2)
            said.append(room.texts[1])
        for _ in range(12):
            await room.post()
        await world.pin(room.ann, room.id, 2)
        await world.save(room.ann, room.id, 2)
        await room.transport.catch_up()
        await room.archive()
        calls = room.switch.calls
        assert await texts(world, room.ann, room.id, 2) == said
        assert room.switch.calls > calls
        room.switch.off = True
        with pytest.raises(Refused, match="archive_unavailable"):
            await texts(world, room.ann, room.id, 2)
        room.switch.off = False
        (pin,) = (await world.store.kept.fetch_pins(room.ann, room.id)).pins
        (saved,) = (await world.store.kept.fetch_saved(room.ann, None, 9)).saved
        assert saved.message is not None
        assert [pin.message.text, saved.message.text] == [said[-1]] * 2
        await world.pin(room.ann, room.id, 3)
        await room.edit(2)
        assert await texts(world, room.ann, room.id, 2) == [*said, room.texts[1]]
        await room.delete(2)
        with pytest.raises(Refused, match="already_deleted"):
            await texts(world, room.ann, room.id, 2)
        await room.check_all()
        assert not any(text is not None and text in room.transport.everything() for text in said)
