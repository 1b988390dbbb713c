"""Votes in the archive of a poll that was deleted: what has nothing to lose comes back as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.archive_memory import open_in_memory
from tests.support.archive_model import Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_in_memory(tmp_path) as room:
        yield room


@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_deleted_poll_whose_votes_were_taken_back_is_restored(room: Room, anonymous: bool) -> None:
    world = room.world
    await world.poll(room.ann, room.id, anonymous=anonymous)
    await world.vote(room.ann, room.id, 1, 0)
    await world.vote(room.ann, room.id, 1)
    await world.close_poll(room.ann, room.id, 1)
    await world.delete(room.ann, room.id, 1)
    for _ in range(3):
        await world.post(room.ann, room.id)
    await room.transport.catch_up()
    moved = await room.archiver.archive(2**62)
    assert moved.removed > 5
    assert (await room.archiver.restore()).restored == moved.removed
    assert world.verify().ok
