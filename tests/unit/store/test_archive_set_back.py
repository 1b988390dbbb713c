"""A search server that was set back to a snapshot of before a deletion hands out nothing of what was deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol.events import MessagePosted
from hubbub.store.whole_log import WholeLog
from tests.support.archive_memory import InMemory, MemoryServer, open_in_memory
from tests.support.archive_model import Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_in_memory(tmp_path) as room:
        yield room


def server_of(room: Room) -> MemoryServer:
    assert isinstance(room.transport, InMemory)
    return room.transport.server


async def set_back(room: Room) -> list[str]:
    """A post, its edit and an answer are archived; the server forgets that the message was deleted since. Its texts."""
    await room.post()
    await room.edit(1)
    newcomer = await room.world.user("Newcomer")
    await room.world.join(newcomer, room.id, by=room.ann)
    room.inside.add(newcomer)
    await room.answer(1)
    await room.post()
    await room.world.read_to(newcomer, room.id, 3)
    await room.transport.catch_up()
    await room.archive()
    before = dict(server_of(room).written)
    gone = room.said[:2]
    await room.delete(1)
    await room.post()
    await room.transport.catch_up()
    await room.archive()
    server = server_of(room)
    server.written = {**server.written, **before}
    server.show()
    assert all(text in server.everything() for text in gone)
    return gone


async def test_no_reading_gives_back_what_was_deleted(room: Room) -> None:
    gone = await set_back(room)
    store = room.world.store
    handed: list[str] = []
    for stream in [channel_stream(room.id), *map(user_stream, room.inside)]:
        handed += [body.decode() for _, body in await store.log.fetch_events(stream, 0, 1000)]
        handed += [body.decode() for _, body in await store.log.fetch_range(stream, 0, len(handed))]
    window = await store.channels.fetch_lines(room.ann, room.id, before=None, after=None, around=2, limit=50)
    shown = [line for line in window.lines if isinstance(line, MessagePosted)]
    assert shown[0].deleted
    assert shown[1].reply is not None
    assert shown[1].reply.deleted
    for text in gone:
        assert text not in "".join(handed)
        assert text not in str(window.lines)
    assert any(room.said[2] in body for body in handed), "the answer itself is there"


async def test_a_copy_made_anew_is_what_was_archived_again(room: Room) -> None:
    gone = await set_back(room)
    report = await room.transport.verify()
    assert any("is not what was archived" in problem for problem in report.problems)
    with closing(WholeLog(room.world.directory, server_of(room).read_range)) as log:
        events = [event for piece in log.read() for event in piece.events]
        assert log.problems == []
        assert log.healed >= 3, "the post, its edit, the answer"
        heads = log.fetch_heads()
    assert {event.stream: event.event.seq for event in events} == {stream: seq for stream, seq in heads.items() if seq}
    assert all(text not in str(events) for text in gone)
