"""The whole log, stream by stream, with what left the database in between."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.protocol.archive import ArchivedEvent
from hubbub.protocol.feed import LoggedEvent, MessageState
from hubbub.store.archive_ranges import Range, hash_event, insert_range, sum_up
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from hubbub.store.rest import without_room
from hubbub.store.whole_log import WholeLog
from tests.support.store_world import World, open_world

_OLD = "SELECT rowid, stream, seq, about, body FROM events WHERE stream = ? AND seq <= ?"
_PUT_BACK = "INSERT INTO events (rowid, stream, seq, about, body) VALUES (?, ?, ?, ?, ?)"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@contextmanager
def whole_log(world: World, archive: dict[tuple[str, int], ArchivedEvent]) -> Iterator[WholeLog]:
    def fetch_range(stream: str, after: int, upto: int) -> Sequence[ArchivedEvent]:
        wanted = [(stream, seq) for seq in range(after + 1, upto + 1)]
        return [archive[place] for place in wanted if place in archive]

    with closing(WholeLog(world.directory, fetch_range)) as log:
        yield log


def read_all(log: WholeLog) -> tuple[list[LoggedEvent], list[MessageState]]:
    events: list[LoggedEvent] = []
    messages: list[MessageState] = []
    for piece in log.read():
        events += piece.events
        messages += piece.messages
    return events, messages


@contextmanager
def moved(world: World, stream: str, last: int) -> Iterator[dict[tuple[str, int], ArchivedEvent]]:
    """Events up to `last` are in the archive alone, until the block ends."""
    with closing(sqlite3.connect(world.directory / DATABASE)) as connection:
        rows = connection.execute(_OLD, (stream, last)).fetchall()
        archive = {(stream, seq): ArchivedEvent(seq, about, without_room(body)) for _, _, seq, about, body in rows}
        digest = sum_up(hash_event(event.seq, event.body) for event in archive.values())
        insert_range(connection.cursor(), Range(stream, 1, last, digest), 0)
        connection.execute("DELETE FROM events WHERE stream = ? AND seq <= ?", (stream, last))
        connection.commit()
        try:
            yield archive
        finally:
            connection.execute("DELETE FROM archived")
            connection.executemany(_PUT_BACK, rows)
            connection.commit()


async def talk(world: World) -> tuple[str, str]:
    ann = await world.user("Ann")
    room = await world.channel(ann)
    for number in range(1, 9):
        await world.post(ann, room, f"text {number}")
    await world.edit(ann, room, 1, "edited")
    await world.edit(ann, room, 2, "edited")
    await world.react(ann, room, 2)
    await world.edit(ann, room, 8, "edited late")
    await world.delete(ann, room, 3)
    # Closing, the embedded index takes in all of it: no row may leave the log before.
    await world.store.close()
    await world.open()
    return ann, channel_stream(room)


async def test_it_reads_the_same_with_and_without_an_archive(world: World) -> None:
    _, stream = await talk(world)
    with whole_log(world, {}) as log:
        before = read_all(log)
        assert log.count() == (len(before[0]), len(before[1]))
        assert not log.archived
    feed = Feed(world.directory)
    piece = feed.read(None, 1000)
    feed.close()
    assert sorted(piece.messages, key=lambda state: state.line.number) == before[1]
    assert {(event.stream, event.event.seq): event for event in piece.events} == {
        (event.stream, event.event.seq): event for event in before[0]
    }
    assert [event.stream for event in before[0]] == sorted(event.stream for event in before[0])
    with moved(world, stream, 11) as archive, whole_log(world, archive) as log:
        assert read_all(log) == before
        assert log.count_archived() == 11
        assert [piece.events[-1].event.seq for piece in log.read_archived()] == [11]
        assert (log.problems, log.missing) == ([], 0)
        assert log.find_message(before[1][1].line.channel, 2) == before[1][1]
        assert log.find_event(stream, 999) is None


async def test_what_is_missing_or_another_than_was_archived_is_told(world: World) -> None:
    _, stream = await talk(world)
    with moved(world, stream, 11) as archive:
        body = archive[stream, 6].body
        archive[stream, 6] = ArchivedEvent(6, None, body.replace(b"text", b"other"))
        with whole_log(world, archive) as log:
            read_all(log)
            assert log.problems == [f"{stream}: the archived events 1 to 11 are not what was archived"]
            assert log.missing == 0
        del archive[stream, 6]
        with whole_log(world, archive) as log:
            events, messages = read_all(log)
            assert log.problems == [f"{stream}: of the archived events 1 to 11 1 are missing"]
            assert log.missing == 1
            assert log.count() == (len(events) + 1, len(messages) + 1)
