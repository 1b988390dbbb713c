"""What happens between two steps of the archive: nothing is lost, and nothing that was deleted comes back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.protocol.events import MembershipStarted
from hubbub.store.archive_horizon import EmbeddedIndex
from hubbub.store.engine import DATABASE
from hubbub.store.search_file import SEARCH
from tests.support.archive_memory import InMemory, open_in_memory
from tests.support.archive_model import Room
from tests.support.archive_world import FAR


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_in_memory(tmp_path) as room:
        yield room
        await room.check_all()


async def posted(room: Room, count: int) -> None:
    for _ in range(count):
        await room.post()


async def archived(room: Room) -> None:
    await room.transport.catch_up()
    await room.archive()


def rows(room: Room, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(room.world.directory / DATABASE)) as connection:
        return connection.execute(sql, parameters).fetchall()


def is_here(room: Room, text: str) -> bool:
    return bool(rows(room, "SELECT 1 FROM events WHERE CAST(body AS TEXT) LIKE ?", f"%{text}%"))


async def test_a_message_behind_which_many_joined_is_deleted_however_much_is_archived(room: Room) -> None:
    await room.post()
    newcomers = [await room.world.user(f"Newcomer {number}") for number in range(20)]
    for user in newcomers:
        await room.world.join(user, room.id, by=room.ann)
    room.inside |= set(newcomers)
    await posted(room, 5)
    for number in range(2, 7):  # so that their own streams have what may be archived
        for user in newcomers:
            await room.world.read_to(user, room.id, number)
    await archived(room)
    assert not is_here(room, room.said[0])
    before = room.switch.calls
    await room.delete(1)
    assert room.switch.calls - before < 10
    for user in newcomers:
        told = await room.world.user_events(user)
        (started,) = [one for one in told if isinstance(one, MembershipStarted) and one.channel.id == room.id]
        assert started.channel.last is not None
        assert (started.channel.last.text, started.channel.last.deleted) == ("", True)


def once(room: Room, moment: int, doing: Callable[[], Awaitable[None]]) -> None:
    """`doing` happens at this moment: 1 is before the archive's next answer, 2 behind it, and so on."""
    moments = 0

    async def between() -> None:
        nonlocal moments
        moments += 1
        if moments == moment:
            room.switch.between = None
            await doing()

    room.switch.between = between


@pytest.mark.parametrize("change", [Room.edit, Room.like, Room.delete])
async def test_what_was_fetched_before_a_deletion_that_is_archived_meanwhile_does_not_come_back(
    room: Room, change: Callable[[Room, int], Awaitable[None]]
) -> None:
    await posted(room, 1)
    await room.edit(1)
    await posted(room, 8)
    await archived(room)

    async def deleted_meanwhile() -> None:
        await room.delete(1)
        await posted(room, 8)
        await archived(room)

    once(room, 2, deleted_meanwhile)
    await change(room, 1)
    assert room.switch.between is None
    assert room.texts[0] is None
    assert not is_here(room, room.said[0])
    assert not is_here(room, room.said[1])


@pytest.mark.parametrize("moment", [2, 4, 6, 8])
async def test_nor_does_it_in_what_somebody_was_told_who_joined_another_channel(room: Room, moment: int) -> None:
    """What a joining showed is found by a seq, of whichever channel; so one deletion puts others' back too."""
    other = await room.world.channel(room.ann, "Other", private=True)
    bob = room.others[0]
    await room.world.post(room.ann, other, "a secret of the other's")
    await room.post()
    seqs = [len(await room.world.channel_events(channel)) for channel in (room.id, other)]
    for channel, missing in zip((room.id, other), (max(seqs) - seq for seq in seqs), strict=True):
        for _ in range(missing):
            await room.world.change(room.ann, channel, topic=str(room.world.clock()))
        await room.world.join(bob, channel, by=room.ann)
    room.inside.add(bob)
    for number in range(2, 7):
        await room.post()
        await room.world.read_to(bob, room.id, number)
        await room.world.post(room.ann, other, "hi")
    await archived(room)
    assert not is_here(room, "a secret")

    async def deleted_meanwhile() -> None:
        await room.world.delete(room.ann, other, 1)
        await room.transport.catch_up()
        await room.archive()

    once(room, moment, deleted_meanwhile)
    await room.delete(1)
    assert room.switch.between is None
    assert room.texts[0] is None
    assert not is_here(room, "a secret")


@pytest.mark.parametrize("moment", range(1, 5))
async def test_changes_that_went_into_the_archive_meanwhile_are_redacted_too(room: Room, moment: int) -> None:
    await posted(room, 9)
    await archived(room)

    async def changed_meanwhile() -> None:
        await room.edit(1)
        await room.edit(1)
        await room.like(1)
        await posted(room, 8)
        await archived(room)

    once(room, moment, changed_meanwhile)
    await room.delete(1)
    room.switch.between = None
    assert room.texts[0] is None


@pytest.mark.parametrize("change", [Room.edit, Room.like, Room.delete])
async def test_what_changes_while_its_rows_go_is_copied_as_it_is_then(
    room: Room, change: Callable[[Room, int], Awaitable[None]]
) -> None:
    reached, moment = True, 0
    while reached:
        moment += 1
        await posted(room, 1)
        number = len(room.texts)
        await room.come_or_go(0)
        await room.edit(number)
        await posted(room, 6)
        await room.transport.catch_up()
        once(room, moment, partial(change, room, number))
        await room.archive()
        reached, room.switch.between = room.switch.between is None, None
    assert moment > 10


async def test_reading_misses_nothing_while_events_go_and_come_back(room: Room) -> None:
    await posted(room, 60)
    stream = channel_stream(room.id)
    whole = await room.world.store.log.fetch_events(stream, 0, 1000)
    await room.transport.catch_up()
    moving = True

    async def move() -> None:
        nonlocal moving
        for _ in range(6):
            await room.archive()
            await room.restore()
        moving = False

    async def read() -> int:
        count = 0
        while moving:
            assert await room.world.store.log.fetch_events(stream, 0, 1000) == whole
            assert list(await room.world.store.log.fetch_range(stream, 5, len(whole))) == whole[5:]
            assert await room.world.store.log.fetch_events(stream, 2, 20, member=room.ann) == whole[2:22]
            count += 1
        return count

    _, *counts = await asyncio.gather(move(), read(), read())
    assert all(counts)


async def test_two_runs_at_once_are_one_behind_the_other(room: Room) -> None:
    await posted(room, 40)
    await room.transport.catch_up()
    one, other, back = await asyncio.gather(
        room.archiver.archive(FAR), room.archiver.archive(FAR), room.archiver.restore()
    )
    assert one.removed > 30
    assert (other.removed, other.unproven) == (0, [])
    assert back.restored == one.removed


async def test_what_the_embedded_index_has_not_read_stays(room: Room) -> None:
    class Behind:
        rowid = 0

        async def settle(self) -> int:
            return self.rowid

    await posted(room, 20)
    await room.transport.catch_up()
    embedded, room.archiver.embedded = room.archiver.embedded, Behind()
    assert (await room.archiver.archive(FAR)).removed == 0
    Behind.rowid = 30
    last = rows(room, "SELECT max(rowid) FROM events")
    assert (await room.archiver.archive(FAR)).removed > 0
    assert rows(room, "SELECT count(*) FROM events WHERE rowid > 30") == [(int(str(last[0][0])) - 30,)]
    room.archiver.embedded = embedded


async def test_what_the_embedded_index_has_settled_is_on_the_disk(room: Room) -> None:
    await posted(room, 5)
    head = int(str(rows(room, "SELECT max(rowid) FROM events")[0][0]))
    embedded = room.archiver.embedded
    assert isinstance(embedded, EmbeddedIndex)
    assert await embedded.settle() == head
    with closing(sqlite3.connect(room.world.directory / SEARCH)) as index:
        assert index.execute("SELECT value FROM meta WHERE name = 'checkpoint'").fetchone() == (head,)


async def test_a_server_that_knows_more_than_the_log_adds_nothing_to_it(room: Room) -> None:
    """As when the data folder came from an older backup."""
    await posted(room, 9)
    await archived(room)
    transport = room.transport
    assert isinstance(transport, InMemory)
    known = transport.server.written[f"{channel_stream(room.id)}:3"]
    head = len(await room.world.channel_events(room.id))
    source = known.source | {"seq": head + 1, "about": 1}
    source["body"] = source["body"].replace('"seq":3', f'"seq":{head + 1}')
    stray = f"{channel_stream(room.id)}:{head + 1}"
    transport.server.written[stray] = transport.server.seen[stray] = type(known)(known.index, 1, source)
    await room.delete(1)
    await room.post()
    del transport.server.written[stray]


async def test_an_edited_answer_is_copied_as_it_reads_when_what_it_quotes_is_deleted(room: Room) -> None:
    await room.post()
    await room.answer(1)
    await room.edit(2)
    await posted(room, 3)
    await archived(room)
    await room.delete(1)
    await room.transport.catch_up()
    transport = room.transport
    assert isinstance(transport, InMemory)
    line = transport.server.written[f"{room.id}:2"].source["line"]
    assert line["text"] == room.texts[1]
    assert line["reply"] == {"number": 1, "deleted": True, "seq": line["reply"]["seq"]}
