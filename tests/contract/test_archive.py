"""The archive: what left SQL is read, changed and proven as before, on each search server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.errors import Refused
from hubbub.protocol.events import Ballot, MessagePosted, PollState
from tests.support.archive_world import ArchiveWorld, open_archive_world
from tests.support.search_servers import SearchServer as Node
from tests.support.store_world import LIMITS, World

MONTH = 31 * 24 * 3600 * 1000


@pytest.fixture
async def archived(tmp_path: Path, search_server: Node, prefix: str) -> AsyncIterator[ArchiveWorld]:
    async with open_archive_world(tmp_path, search_server, prefix) as archived:
        yield archived


async def talk(world: World) -> tuple[str, str, str]:
    """Two people in a private room; something of everything, over the turn of a month."""
    ann, bob = await world.user("Ann"), await world.user("Bob")
    room = await world.channel(ann, private=True)
    for number in range(1, 13):
        await world.post(ann, room, f"message {number} 我们明天下午开发布会议", key=f"key-{number}")
        if number == 3:
            await world.join(bob, room, by=ann)
    await world.react(bob, room, 3)
    await world.edit(ann, room, 4, "edited in the same month")
    world.now += MONTH
    await world.edit(ann, room, 5, "edited a month later")
    await world.edit(ann, room, 5, "and again")
    await world.react(bob, room, 6)
    await world.unreact(bob, room, 6)
    await world.delete(ann, room, 7)
    await world.read_to(bob, room, 9)
    for number in range(13, 21):
        await world.post(bob, room, f"message {number}")
    for number in range(1, 12):
        await world.read_to(ann, room, number)
    return ann, bob, room


async def read_all(world: World, people: tuple[str, ...], room: str) -> dict[str, Any]:
    """Everything that anybody could read, in every window."""
    found: dict[str, Any] = {}
    channels, log = world.store.channels, world.store.log
    for user in people:
        found[f"summaries {user}"] = await channels.fetch_summaries(user)
        for channel in (world.general, room):
            snapshot = await channels.fetch_snapshot(user, channel, page=50, limits=LIMITS)
            found[f"snapshot {user} {channel}"] = snapshot
            number = snapshot.room.channel.number if snapshot.room else 0
            head = snapshot.room.channel.seq if snapshot.room else 0
            for place in range(1, number + 1):
                around = await channels.fetch_lines(user, channel, before=None, after=None, around=place, limit=5)
                found[f"around {user} {channel} {place}"] = around
            for seq in range(head + 2):
                older = await channels.fetch_lines(user, channel, before=seq, after=None, around=None, limit=4)
                newer = await channels.fetch_lines(user, channel, before=None, after=seq, around=None, limit=4)
                found[f"before {user} {channel} {seq}"], found[f"after {user} {channel} {seq}"] = older, newer
    for stream in [channel_stream(world.general), channel_stream(room), *map(user_stream, people)]:
        everything = await log.fetch_events(stream, 0, 10_000)
        found[f"events {stream}"] = everything
        for after in range(len(everything) + 1):
            found[f"piece {stream} {after}"] = await log.fetch_events(stream, after, 3)
            found[f"rest {stream} {after}"] = list(await log.fetch_range(stream, after, len(everything)))
    for user in people:
        stream = channel_stream(room)
        found[f"own {user}"] = [await log.fetch_events(stream, after, 4, member=user) for after in range(40)]
    return found


async def test_everything_reads_the_same_before_archived_and_brought_back(archived: ArchiveWorld) -> None:
    world = archived.world
    *people, room = await talk(world)
    before = await read_all(world, tuple(people), room)
    moved = await archived.archive()
    assert moved.unproven == []
    assert moved.removed == moved.sealed > 30
    assert archived.count_rows(channel_stream(room)) < 8
    calls = archived.switch.calls
    assert await read_all(world, tuple(people), room) == before
    assert archived.switch.calls > calls
    again = await archived.archive()
    assert (again.sealed, again.removed) == (0, 0)
    assert (await archived.verify()).ok
    back = await archived.archiver.restore()
    assert (back.restored, back.unproven) == (moved.removed, [])
    archived.switch.off = True
    assert await read_all(world, tuple(people), room) == before
    assert world.verify().ok


async def test_a_first_page_and_the_list_of_channels_need_no_archive(archived: ArchiveWorld) -> None:
    world = archived.world
    ann, _, room = await talk(world)
    await archived.archive()
    archived.switch.off = True
    snapshot = await world.store.channels.fetch_snapshot(ann, room, page=2, limits=LIMITS)
    assert snapshot.room is not None
    assert [line.text for line in snapshot.room.lines if isinstance(line, MessagePosted)] == [
        "message 19",
        "message 20",
    ]
    assert {channel.id for channel in await world.store.channels.fetch_summaries(ann)} == {world.general, room}
    await world.post(ann, room, "posting goes on")
    with pytest.raises(Refused, match="archive_unavailable"):
        await world.store.channels.fetch_lines(ann, room, before=10, after=None, around=None, limit=5)
    with pytest.raises(Refused, match="archive_unavailable"):
        await world.store.log.fetch_events(channel_stream(room), 0, 100)
    with pytest.raises(Refused, match="archive_unavailable"):
        await world.edit(ann, room, 1, "not now")
    archived.switch.off = False
    await world.edit(ann, room, 1, "but now")
    assert (await world.store.channels.fetch_lines(ann, room, before=None, after=None, around=1, limit=1)).lines


async def test_archived_messages_are_edited_reacted_to_and_deleted(archived: ArchiveWorld) -> None:
    world = archived.world
    ann, bob, room = await talk(world)
    await archived.archive()

    async def line(number: int) -> MessagePosted:
        window = await world.store.channels.fetch_lines(ann, room, before=None, after=None, around=number, limit=1)
        (found,) = window.lines
        assert isinstance(found, MessagePosted)
        return found

    await world.edit(ann, room, 2, "a new text")
    await world.react(bob, room, 3, "🎉")
    await world.unreact(bob, room, 3)
    await world.delete(ann, room, 3)
    await world.delete(ann, room, 4)
    await world.delete(ann, room, 5)
    assert (await line(2)).text == "a new text"
    for number in (3, 4, 5):
        assert (await line(number)).deleted
        assert not (await line(number)).text
    with pytest.raises(Refused, match="already_deleted"):
        await world.delete(ann, room, 7)
    with pytest.raises(Refused, match="not_yours"):
        await world.edit(bob, room, 1, "mine")
    moved = await archived.archive()
    assert moved.removed > 0
    assert moved.unproven == []
    assert (await line(2)).text == "a new text"
    assert (await line(4)).deleted
    everything = archived.copied.everything()
    for gone in ("message 3 ", "message 4 ", "message 5 ", "edited in the same month", "edited a month", "and again"):
        assert gone not in everything, gone
    assert "message 6 " in everything


async def test_in_archived_polls_people_vote_on_until_they_are_deleted(archived: ArchiveWorld) -> None:
    world = archived.world
    ann, bob = await world.user("Ann"), await world.user("Bob")
    room = await world.channel(ann)
    await world.join(bob, room)
    await world.poll(ann, room, "crimson", "teal")
    await world.poll(ann, room, "sienna", "ochre", anonymous=True)
    for number in (1, 2):
        await world.vote(bob, room, number, 0)
    world.now += MONTH
    for _ in range(8):
        await world.post(bob, room)
    assert (await archived.archive()).removed > 0

    async def stands(number: int) -> PollState | None:
        window = await world.store.channels.fetch_lines(ann, room, before=None, after=None, around=number, limit=1)
        return next(line.poll for line in window.lines if isinstance(line, MessagePosted))

    for number in (1, 2):
        await world.vote(bob, room, number, 1)
        await world.vote(ann, room, number, 1)
    both = [Ballot(user=user, options=[1]) for user in (bob, ann)]
    assert [await stands(1), await stands(2)] == [PollState(ballots=both), PollState(votes=[0, 2], voters=2)]
    await archived.archive()
    assert [await stands(1), await stands(2)] == [PollState(ballots=both), PollState(votes=[0, 2], voters=2)]
    for number in (1, 2):
        await world.delete(ann, room, number)
    await archived.archive()
    await archived.copied.caught_up(archived.search)
    everything = archived.copied.everything()
    assert [word for word in ("crimson", "teal", "sienna", "ochre") if word in everything] == []
    assert (await archived.verify()).ok


async def test_a_key_of_any_age_gets_its_first_answer(archived: ArchiveWorld) -> None:
    world = archived.world
    ann, _, room = await talk(world)
    await archived.archive()
    archived.switch.off = True
    assert (await world.post(ann, room, "again", key="key-2")).number == 2
    archived.switch.off = False


async def test_deleted_text_is_in_no_file_and_in_no_index(archived: ArchiveWorld) -> None:
    world = archived.world
    ann, _, room = await talk(world)
    texts = {number: f"<{number:03}-secret>" for number in range(21, 61)}
    for text in texts.values():
        await world.post(ann, room, text * 30)
    await archived.archive()
    for number in range(21, 51):
        await world.delete(ann, room, number)
    await archived.archive()
    await archived.copied.caught_up(archived.search)
    everything = archived.copied.everything()
    await world.reopen()
    content = b"".join(path.read_bytes() for path in sorted(world.directory.iterdir()))
    for number, text in texts.items():
        assert (text in everything) == (number > 50)
        assert number > 50 or text.encode() not in content


async def test_everything_ever_copied_written_again_backwards_changes_nothing_in_the_archive(
    archived: ArchiveWorld,
) -> None:
    """Archived in one month, edited, deleted and archived again in the next, with a server that forgets removals at
    once."""
    world = archived.world
    ann, bob, room = await talk(world)
    written = archived.operations()
    await archived.archive()
    archived.copied.put_index_settings({"index.gc_deletes": "0s"})
    world.now += MONTH
    await world.edit(ann, room, 2, "a secret of the next month")
    await world.react(bob, room, 2)
    written += archived.operations()
    for number in (2, 3, 4, 5):
        await world.delete(ann, room, number)
    await world.edit(ann, room, 6, "edited in the next month")
    written += archived.operations()
    assert (await archived.archive()).unproven == []
    written += archived.operations()
    before = await read_all(world, (ann, bob), room)
    archived.copied.put_index_settings({"index.gc_deletes": "0s"})
    async with archived.copied.bulk() as bulk:
        for operation in reversed(written):
            await bulk.write([operation])
        assert (bulk.tally.written, bulk.tally.known) == (0, len(written))
    assert await read_all(world, (ann, bob), room) == before
    everything = archived.copied.everything()
    for gone in (
        "message 2 ",
        "message 3 ",
        "message 4 ",
        "message 5 ",
        "secret",
        "same month",
        "edited a month later",
    ):
        assert gone not in everything, gone
    assert "edited in the next month" in everything
    report = await archived.verify()
    assert (report.ok, report.archived > 30) == (True, True)


async def test_a_thread_reads_from_the_archive_and_loses_there_what_is_deleted(archived: ArchiveWorld) -> None:
    world = archived.world
    ann, bob, room = await talk(world)
    first = await world.answer(bob, room, 2, "an answer aside")
    await world.answer(ann, room, 2, "another one aside")
    for number in range(10):
        await world.post(ann, room, f"later {number}")
    before = (await world.thread(ann, room, 2), await world.store.channels.fetch_threads(bob))
    moved = await archived.archive()
    assert (moved.unproven, moved.removed > 0) == ([], True)
    calls = archived.switch.calls
    assert (await world.thread(ann, room, 2), await world.store.channels.fetch_threads(bob)) == before
    assert archived.switch.calls > calls
    await world.answer(bob, room, 2, "and a late one")
    assert first.number is not None
    await world.delete(bob, room, first.number)
    thread = await world.thread(ann, room, 2)
    assert [(line.place, line.text) for line in thread.lines] == [
        (1, ""),
        (2, "another one aside"),
        (3, "and a late one"),
    ]
    assert thread.root.replies is not None
    assert (thread.root.replies.count, thread.root.replies.last) == (2, 3)
    assert (await archived.archive()).unproven == []
    everything = archived.copied.everything()
    assert "an answer aside" not in everything
    assert "another one aside" in everything
    assert (await archived.verify()).ok
