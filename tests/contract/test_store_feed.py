"""The whole log as one follower reads it, and the lease under which it does."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.protocol import codec
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.feed import LoggedEvent, Mark, MessageState
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from hubbub.store.following import Following
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@pytest.fixture
def feed(world: World, ann: str) -> Iterator[Feed]:
    feed = Feed(world.directory)
    yield feed
    feed.close()


def read_all(feed: Feed, *, after: Mark | None = None, limit: int = 3) -> tuple[list[LoggedEvent], list[MessageState]]:
    events: list[LoggedEvent] = []
    messages: list[MessageState] = []
    while not (piece := feed.read(after, limit)).empty:
        events += piece.events
        messages += piece.messages
        after = piece.mark
    return events, messages


async def test_slices_bring_every_event_of_every_stream_once_and_in_order(world: World, ann: str, feed: Feed) -> None:
    room = await world.channel(ann)
    for number in range(10):
        await world.post(ann, world.general if number % 2 else room, f"text {number}")
    events, messages = read_all(feed)
    for stream in {event.stream for event in events}:
        seqs = [event.event.seq for event in events if event.stream == stream]
        assert seqs == list(range(1, len(seqs) + 1))
        assert [codec.encode(codec.decode_event(event.body)) for event in events] == [event.body for event in events]
    assert [state.line.text for state in messages] == [f"text {number}" for number in range(10)]
    assert [state.version for state in messages] == [state.line.seq for state in messages]
    assert feed.read(Mark(events[-1].stream, events[-1].event.seq), 5).behind == 0


async def test_a_message_is_told_as_it_is_now_with_the_seq_of_its_last_change(
    world: World, ann: str, feed: Feed
) -> None:
    await world.post(ann, world.general, "first")
    edited = await world.edit(ann, world.general, 1, "second")
    reacted = await world.react(ann, world.general, 1)
    for state in read_all(feed, limit=100)[1]:
        assert (state.line.text, state.text_seq, state.version) == ("second", edited.seq, reacted.seq)
        assert [reaction.emoji for reaction in state.line.reactions] == ["👍"]


async def test_a_deletion_brings_what_it_redacted_again_with_a_higher_version(
    world: World, ann: str, feed: Feed
) -> None:
    bob = await world.user("Bob")
    room = await world.channel(ann)
    await world.post(ann, room, "a secret")
    await world.edit(ann, room, 1, "another secret")
    await world.join(bob, room)
    before, _ = read_all(feed, limit=100)
    await world.delete(ann, room, 1)
    last = Mark(before[-1].stream, before[-1].event.seq)
    piece = feed.read(last, 100)
    versions = {(event.stream, event.event.seq): event.version for event in before}
    changed = [event for event in piece.redacted if (event.stream, event.event.seq) in versions]
    assert len(changed) == 3  # the post, its edit, and the summary in Bob's own log
    assert all(event.version > versions[event.stream, event.event.seq] for event in changed)
    assert not any(b"secret" in event.body for event in (*piece.events, *piece.redacted))
    assert [(state.line.deleted, state.line.text, state.version) for state in piece.messages] == [(True, "", 6)]


async def test_a_mark_holds_when_the_database_is_made_compact(world: World, ann: str, feed: Feed) -> None:
    for number in range(20):
        await world.post(ann, world.general, f"text {number}")
    piece = feed.read(None, 10)
    rest = [event.event for event in feed.read(piece.mark, 100).events]
    await world.store.close()
    connection = sqlite3.connect(world.directory / DATABASE)
    connection.execute("DELETE FROM events WHERE rowid < 5")
    connection.commit()
    connection.execute("VACUUM")
    assert [event.event for event in Feed(world.directory).read(piece.mark, 100).events] == rest
    connection.close()
    (world.directory / DATABASE).unlink()
    await world.open()  # the world's end looks at a whole database


async def test_a_mark_that_names_nothing_is_the_beginning(world: World, ann: str, feed: Feed) -> None:
    assert feed.read(Mark(channel_stream(world.general), 999), 5) == feed.read(None, 5)


async def test_an_old_mark_whose_event_came_back_from_the_archive_is_the_beginning(
    world: World, ann: str, feed: Feed
) -> None:
    for number in range(20):
        await world.post(ann, world.general, f"text {number}")
    mark = feed.read(None, 10).mark
    assert mark is not None
    assert feed.locate_old(mark) == feed.locate(mark) == 10
    with sqlite3.connect(world.directory / DATABASE) as connection:
        name = (mark.stream, mark.seq)
        row = connection.execute("SELECT * FROM events WHERE stream = ? AND seq = ?", name).fetchone()
        connection.execute("DELETE FROM events WHERE stream = ? AND seq = ?", name)
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?)", row)
    connection.close()
    assert feed.locate(mark) > 20
    assert feed.locate_old(mark) == 0
    last = feed.read(Mark(mark.stream, mark.seq - 1), 100).mark
    assert last == mark  # a mark that names the last of what was put back
    assert feed.locate_old(Mark(mark.stream, mark.seq + 1)) == feed.locate(Mark(mark.stream, mark.seq + 1))


async def test_one_process_leads_until_its_lease_runs_out(world: World) -> None:
    one = Following(world.store.writer, "search", "one")
    other = Following(world.store.writer, "search", "other")
    mark = Mark("channel:x", 7)
    assert (await one.claim(0, 10)) is not None
    assert await other.claim(5, 15) is None
    assert await one.save(mark, 6, 16)
    claim = await other.claim(16, 26)
    assert claim is not None
    assert claim.mark == mark
    assert not await one.save(Mark("channel:x", 9), 17, 27)
    await other.release(mark, 18)
    assert (await one.claim(18, 28)) is not None


async def test_a_whole_state_is_what_listings_show(world: World, ann: str, feed: Feed) -> None:
    for text in ("one", "two", "three"):
        await world.post(ann, world.general, text)
    await world.edit(ann, world.general, 2, "two, edited")
    await world.delete(ann, world.general, 3)
    states = {state.line.number: state.line for state in read_all(feed, limit=100)[1]}
    shown = [line for line in (await world.room(ann, world.general)).lines if isinstance(line, MessagePosted)]
    assert [states[line.number] for line in shown] == shown
