"""Snapshots, windows, unread and positions, on every store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.domain.intents import Appended
from hubbub.errors import Refused
from hubbub.protocol.events import PositionSet
from hubbub.protocol.views import Lines
from tests.support.store_world import LIMITS, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@pytest.fixture
async def bob(world: World, ann: str) -> str:
    return await world.user("Bob")


async def fetch_lines(
    world: World,
    user: str,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 3,
) -> Lines:
    return await world.store.channels.fetch_lines(
        user, world.general, before=before, after=after, around=around, limit=limit
    )


def seqs(found: Lines) -> list[int]:
    return [line.seq for line in found.lines]


async def test_others_messages_are_unread_and_ones_own_are_not(world: World, ann: str, bob: str) -> None:
    for author in (ann, ann, bob, ann):
        await world.post(author, world.general)
    assert await world.unread(ann, world.general) == []
    assert await world.unread(bob, world.general) == [4]  # posting reads what stands above


async def test_deleted_messages_are_not_unread(world: World, ann: str, bob: str) -> None:
    for _ in range(3):
        await world.post(ann, world.general)
    await world.delete(ann, world.general, 2)
    assert await world.unread(bob, world.general) == [1, 3]


async def test_the_newest_101_unread_are_kept(world: World, ann: str, bob: str) -> None:
    await world.append_together(*[world.posting(ann, world.general) for _ in range(120)])
    assert await world.unread(bob, world.general) == list(range(20, 121))


async def test_a_position_moves_both_ways_and_never_beyond_the_newest(world: World, ann: str, bob: str) -> None:
    for _ in range(3):
        last = await world.post(ann, world.general)
    answer = await world.read_to(bob, world.general, 99)
    assert answer == Appended(user_stream(bob), 2, 3)
    *_, moved = await world.user_events(bob)
    assert isinstance(moved, PositionSet)
    assert (moved.number, moved.channel_seq, moved.seq) == (3, last.seq, answer.seq)
    assert await world.unread(bob, world.general) == []
    await world.read_to(bob, world.general, 1)
    assert await world.unread(bob, world.general) == [2, 3]


async def test_a_position_that_stays_writes_nothing(world: World, ann: str) -> None:
    await world.post(ann, world.general)
    assert await world.read_to(ann, world.general, 1) == Appended(user_stream(ann), 1, 1)


async def test_ones_own_post_moves_the_position_at_its_seq(world: World, ann: str) -> None:
    posted = await world.post(ann, world.general)
    summary = (await world.room(ann, world.general)).channel
    assert (summary.position, summary.position_seq) == (1, posted.seq)


async def test_only_members_have_a_position(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    with pytest.raises(Refused, match="not_a_member"):
        await world.read_to(bob, room, 0)


async def test_a_snapshot_names_everyone_it_refers_to(world: World, ann: str, bob: str) -> None:
    carl = await world.user("Carl")
    await world.post(bob, world.general)
    await world.react(carl, world.general, 1)
    for user in (bob, carl):
        await world.leave(user, world.general)
    snapshot = await world.snapshot(ann, world.general)
    assert {(user.id, user.name) for user in snapshot.users} == {(ann, "Ann"), (bob, "Bob"), (carl, "Carl")}


async def test_a_snapshot_has_the_heads_the_log_has(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    await world.post(bob, world.general)
    snapshot, heads = await world.snapshot(ann, room), await world.store.log.fetch_heads(ann)
    assert snapshot.epoch == heads.epoch == world.store.epoch
    assert snapshot.seq == heads.user_seq == len(await world.user_events(ann))
    assert {each.id: each.seq for each in snapshot.channels} == {
        id_: member.head for id_, member in heads.channels.items()
    }
    assert heads.channels[room].joined_seq == 2
    assert heads.channels[room].joined_user_seq == 2


async def test_channels_are_listed_in_the_order_they_were_joined(world: World, ann: str, bob: str) -> None:
    rooms = [await world.channel(ann, name) for name in "zyx"]
    assert [each.id for each in await world.store.channels.fetch_summaries(ann)] == [world.general, *rooms]
    await world.leave(ann, rooms[0])
    await world.join(ann, rooms[0])
    assert [each.id for each in await world.store.channels.fetch_summaries(ann)][-1] == rooms[0]


async def test_500_channels_come_in_one_snapshot_with_their_unread(world: World, ann: str, bob: str) -> None:
    rooms = await asyncio.gather(*[world.channel(ann, f"room {i}") for i in range(499)])
    await asyncio.gather(*[world.join(bob, room) for room in rooms])
    await asyncio.gather(*[world.post(bob, room, "hi") for room in rooms])
    snapshot = await world.snapshot(ann)
    assert len(snapshot.channels) == 500
    assert all(each.unread == [1] and each.last and each.last.text == "hi" for each in snapshot.channels[1:])


async def test_windows_lie_at_the_end_before_after_and_around(world: World, ann: str) -> None:
    for _ in range(8):
        await world.post(ann, world.general)  # seq 3 to 10, behind two system lines
    found = await fetch_lines(world, ann)
    assert (seqs(found), found.older, found.newer) == ([8, 9, 10], True, False)
    found = await fetch_lines(world, ann, before=8)
    assert (seqs(found), found.older, found.newer) == ([5, 6, 7], True, True)
    found = await fetch_lines(world, ann, before=3)
    assert (seqs(found), found.older, found.newer) == ([1, 2], False, True)
    found = await fetch_lines(world, ann, after=0)
    assert (seqs(found), found.older, found.newer) == ([1, 2, 3], False, True)
    found = await fetch_lines(world, ann, after=8)
    assert (seqs(found), found.older, found.newer) == ([9, 10], True, False)
    found = await fetch_lines(world, ann, around=4)  # its seq is 6
    assert (seqs(found), found.older, found.newer) == ([5, 6, 7], True, True)
    with pytest.raises(Refused, match="no_such_message"):
        await fetch_lines(world, ann, around=9)


async def test_a_room_can_be_opened_around_a_message(world: World, ann: str) -> None:
    for _ in range(9):
        await world.post(ann, world.general)
    snapshot = await world.store.channels.fetch_snapshot(ann, world.general, page=4, limits=LIMITS, around=5)
    assert snapshot.room is not None
    assert [line.seq for line in snapshot.room.lines] == [6, 7, 8, 9]
    assert snapshot.room.older
    assert snapshot.room.newer


async def test_events_that_are_no_lines_are_not_listed(world: World, ann: str) -> None:
    await world.post(ann, world.general)
    await world.edit(ann, world.general, 1, "x")
    await world.react(ann, world.general, 1)
    await world.post(ann, world.general)
    assert seqs(await fetch_lines(world, ann, limit=9)) == [1, 2, 3, 6]


async def test_events_come_in_pages(world: World, ann: str) -> None:
    for _ in range(5):
        await world.post(ann, world.general)
    stream = channel_stream(world.general)
    first = await world.store.log.fetch_events(stream, 0, 4)
    rest = await world.store.log.fetch_events(stream, 4, 4)
    assert [seq for seq, _ in first + rest] == list(range(1, 8))


async def test_members_come_in_pages_in_the_order_they_joined(world: World, ann: str, bob: str) -> None:
    people = [ann, bob, *[await world.user(name) for name in ("Carl", "Dora", "Egon")]]
    fetch = world.store.channels.fetch_members
    first = await fetch(ann, world.general, after=None, limit=2)
    second = await fetch(ann, world.general, after=first[-1].id, limit=9)
    assert [user.id for user in first + second] == people


async def test_public_channels_are_listed_by_name_in_pages(world: World, ann: str, bob: str) -> None:
    for name in ("Zebra", "apple"):
        await world.channel(ann, name)
    fetch = world.store.channels.fetch_public
    found = await fetch(bob, after=None, limit=9)
    assert [(each.name, member) for each, member in found] == [("apple", False), ("general", True), ("Zebra", False)]
    assert [each.name for each, _ in await fetch(bob, after="apple", limit=1)] == ["general"]


async def test_reading_goes_on_after_readers_were_cancelled_in_the_middle(world: World, ann: str) -> None:
    for _ in range(50):
        tasks = [asyncio.create_task(world.snapshot(ann, world.general)) for _ in range(6)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await world.post(ann, world.general, "new")
    assert (await world.message(ann, world.general, 1)).text == "new"


async def test_many_who_missed_the_same_are_given_the_same_each_up_to_their_own_head(world: World, ann: str) -> None:
    stream = channel_stream(world.general)
    for _ in range(5):
        await world.post(ann, world.general)
    log = world.store.log
    whole = await log.fetch_events(stream, 0, 99)
    wanted = [(0, 7), (0, 3), (2, 5), (0, 7), (6, 7), (7, 7), (0, 99)] * 10
    found = await asyncio.gather(*[log.fetch_range(stream, after, upto) for after, upto in wanted])
    for (after, upto), events in zip(wanted, found, strict=True):
        assert list(events) == [event for event in whole if after < event[0] <= upto]
    assert list(await log.fetch_range(channel_stream("absent"), 0, 9)) == []


async def test_heads_asked_for_together_are_each_persons_own(world: World, ann: str) -> None:
    people = [await world.user(f"person {number}") for number in range(70)]
    for user in people[::2]:
        await world.join(user, await world.channel(ann, f"Room of {user}"))
    log = world.store.log
    together = await asyncio.gather(*[log.fetch_heads(user) for user in [*people, "nobody", *people]])
    alone = [await log.fetch_heads(user) for user in [*people, "nobody", *people]]
    assert together == alone
    assert together[70].channels == {}
    assert {len(heads.channels) for heads in together[:70]} == {1, 2}
